package dev.anyhost.store;

/** What every contract's tests run on. */
interface StoreContract {

    /** A store of this test's own, with its tables created. */
    StoreFixture store();

    /** A database's settings without tables. */
    StoreFixture storeWithoutTables(boolean createTables);
}
