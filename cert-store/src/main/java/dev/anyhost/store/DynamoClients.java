package dev.anyhost.store;

import dev.anyhost.store.aws.AwsCalls;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** DynamoDB clients as the settings want them. */
final class DynamoClients {

    private DynamoClients() {}

    static CertificateTables.Clients open(StoreSettings settings, StoreCallListener listener) {
        DynamoDbClient certificates = open(settings.certificates(), listener);
        return new CertificateTables.Clients(
                certificates,
                isOneService(settings.certificates(), settings.coordination())
                        ? certificates
                        : open(settings.coordination(), listener));
    }

    private static boolean isOneService(StoreSettings.Table one, StoreSettings.Table other) {
        return one.region().equals(other.region()) && one.endpoint().equals(other.endpoint());
    }

    static DynamoDbClient open(StoreSettings.Table table, StoreCallListener listener) {
        DynamoDbClientBuilder client = DynamoDbClient.builder()
                .region(Region.of(table.region()))
                .credentialsProvider(table.endpoint()
                        .map(DynamoClients::credentialsFor)
                        .orElseGet(() -> DefaultCredentialsProvider.builder().build()))
                .httpClientBuilder(AwsCalls.http())
                .overrideConfiguration(AwsCalls.limits()
                        .addExecutionInterceptor(new Reporter(listener))
                        .build());
        table.endpoint().ifPresent(client::endpointOverride);
        return client.build();
    }

    /**
     * An endpoint of AWS's own wants the default chain. Any other is DynamoDB Local or its like: it takes any credentials,
     * and a machine that has none must not wait for an instance's metadata service that isn't there.
     */
    private static AwsCredentialsProvider credentialsFor(URI endpoint) {
        String host = String.valueOf(endpoint.getHost());
        if (host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn") || host.endsWith(".api.aws")) {
            return DefaultCredentialsProvider.builder().build();
        }
        return AwsCredentialsProviderChain.of(
                SystemPropertyCredentialsProvider.create(),
                EnvironmentVariableCredentialsProvider.create(),
                WebIdentityTokenFileCredentialsProvider.create(),
                ProfileCredentialsProvider.create(),
                ContainerCredentialsProvider.create(),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    private record Reporter(StoreCallListener listener) implements ExecutionInterceptor {

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            listener.called(operation(attributes), StoreCallListener.Outcome.OK);
        }

        @Override
        public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
            listener.called(
                    operation(attributes),
                    context.exception() instanceof ConditionalCheckFailedException
                            ? StoreCallListener.Outcome.CONDITION_FAILED
                            : StoreCallListener.Outcome.FAILED);
        }

        private static String operation(ExecutionAttributes attributes) {
            return String.valueOf(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME));
        }
    }
}
