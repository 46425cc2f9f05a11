package dev.anyhost.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The whole contract suite, to be run against a database. */
abstract class WholeContract
        implements CertificateContract,
                CertificateRaceContract,
                VerdictContract,
                UpkeepContract,
                TrafficContract,
                LateRenewalContract,
                LeaseContract,
                LeaseTakeoverContract,
                FailureContract,
                BudgetContract,
                AccountContract,
                ChallengeContract,
                TicketKeysContract,
                TablesContract {

    @TempDir
    Path keys;

    private final List<StoreFixture> opened = new ArrayList<>();

    /** A database's own tables, not there yet. */
    abstract StoreFixture open(Path keyFolder, boolean createTables);

    @Override
    public StoreFixture store() {
        return remember(open(keys, true)).ready();
    }

    @Override
    public StoreFixture storeWithoutTables(boolean createTables) {
        return remember(open(keys, createTables));
    }

    private StoreFixture remember(StoreFixture store) {
        opened.add(store);
        return store;
    }

    @AfterEach
    void closeStores() {
        opened.forEach(StoreFixture::close);
    }
}
