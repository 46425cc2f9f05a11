package dev.anyhost.store;

import java.nio.file.Path;

/** The contract against the database in memory, which other tests take for DynamoDB. */
class MemoryStoreTest extends WholeContract {

    @Override
    StoreFixture open(Path keyFolder, boolean createTables) {
        return StoreFixture.inMemory(keyFolder, createTables);
    }
}
