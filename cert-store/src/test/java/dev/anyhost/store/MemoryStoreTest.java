package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The contract against the database in memory, which other tests take for DynamoDB. */
class MemoryStoreTest extends WholeContract {

    @Override
    StoreFixture open(Path keyFolder, boolean createTables) {
        return StoreFixture.inMemory(keyFolder, createTables);
    }

    /** Not on DynamoDB Local, which fails writes to a table while an index is added to it. */
    @Test
    void indexThatIsThereWhenItIsAdded_isAsGood() {
        StoreFixture store = TablesContract.withoutIndexes(storeWithoutTables(true));
        store.calls.loseNextAnswerTo("UpdateTable");
        assertThat(store.open("first").check()).isEqualTo(new TablesCheck.Ready());
        assertThat(store.calls.operations()).filteredOn("UpdateTable"::equals).hasSize(3);
    }
}
