package dev.anyhost.proxy.certificate;

import dev.anyhost.testkit.DynamoDbLocal;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a {@link Cluster} of its own, and all of a class one database. */
public abstract class OnACluster {

    @TempDir
    static Path folder;

    private static DynamoDbLocal database;

    protected Cluster cluster;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open() throws Exception {
        cluster = new Cluster(database, folder);
    }

    @AfterEach
    void close() {
        cluster.close();
    }
}
