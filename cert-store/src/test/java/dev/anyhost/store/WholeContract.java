package dev.anyhost.store;

import java.net.URI;
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

    abstract URI endpoint();

    @Override
    public StoreFixture store() {
        return remember(StoreFixture.ready(endpoint(), keys));
    }

    @Override
    public StoreFixture storeWithoutTables(boolean createTables) {
        return remember(new StoreFixture(endpoint(), keys, createTables));
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
