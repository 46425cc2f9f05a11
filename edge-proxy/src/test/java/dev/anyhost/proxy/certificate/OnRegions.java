package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.FactsResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.DynamoDbLocal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test three regions, and all of a class their databases. */
abstract class OnRegions {

    static final Hostname HOST = hostname("shop.customer.example");
    static final String DUBLIN = "eu-west-1";
    static final String TOKYO = "ap-northeast-1";

    @TempDir
    static Path folder;

    private static Map<String, DynamoDbLocal> databases = Map.of();

    Regions regions;
    Regions.Region dublin;
    Regions.Region tokyo;

    @BeforeAll
    static void start() {
        databases = Stream.of(Cluster.HOME, DUBLIN, TOKYO)
                .collect(Collectors.toMap(Function.identity(), _ -> DynamoDbLocal.start()));
    }

    @AfterAll
    static void stop() {
        databases.values().forEach(DynamoDbLocal::close);
    }

    @BeforeEach
    void open() throws Exception {
        regions = new Regions(databases, folder);
        dublin = regions.readyRegion(DUBLIN);
        tokyo = regions.readyRegion(TOKYO);
    }

    @AfterEach
    void close() {
        regions.close();
    }

    Serve served(Cluster.Instance instance) {
        return (Serve) instance.visit(HOST);
    }

    static String serial(StoredCertificate certificate) {
        BigInteger number = certificate.chain().getFirst().getSerialNumber();
        return number.toString(16);
    }

    StoredCertificate atHome() {
        return ((FindResult.Found) regions.home.tables.certificates().findConsistent(HOST)).certificate();
    }

    CertificateFacts facts() {
        return ((FactsResult.Found) regions.home.tables.certificates().facts(HOST)).facts();
    }
}
