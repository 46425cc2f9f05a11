package dev.anyhost.store;

import java.nio.file.Path;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/** The contract against LocalStack, where Docker answers. */
@Testcontainers(disabledWithoutDocker = true)
class LocalStackStoreTest extends WholeContract {

    @Container
    private static final LocalStackContainer LOCAL_STACK =
            new LocalStackContainer(DockerImageName.parse("localstack/localstack:4.0")).withServices("dynamodb");

    @Override
    StoreFixture open(Path keyFolder, boolean createTables) {
        return StoreFixture.at(LOCAL_STACK.getEndpoint(), keyFolder, createTables);
    }
}
