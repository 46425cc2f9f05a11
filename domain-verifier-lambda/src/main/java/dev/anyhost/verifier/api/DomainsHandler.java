package dev.anyhost.verifier.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.anyhost.verifier.LambdaEnvironment;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The domains API as a Lambda function behind a function URL (payload format 2.0).
 *
 * <p>AWS creates it with the constructor without arguments, which reads {@link LambdaEnvironment}; whom its URL lets
 * through by IAM is an operator. What it creates there may end up in a snapshot: clients without connections, and nothing
 * random.
 */
public final class DomainsHandler implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

    private final DomainsApi api;

    /** For Lambda. */
    public DomainsHandler() {
        this(inLambda(System.getenv()));
    }

    /** For any other host, where callers bring keys. */
    public DomainsHandler(DomainTables tables, ApiSettings settings, ApiKeys keys) {
        this(new DomainsApi(tables, settings, keys));
    }

    DomainsHandler(DomainsApi api) {
        this.api = api;
    }

    private static DomainsApi inLambda(Map<String, String> environment) {
        InstantSource clock = InstantSource.system();
        var settings =
                new ApiSettings(LambdaEnvironment.edge(environment), LambdaEnvironment.domainsPerTenant(environment));
        var tables = new DomainTables(
                Whitelist.open(LambdaEnvironment.whitelist(environment), clock),
                ProxyNotices.open(LambdaEnvironment.changes(environment), clock),
                clock);
        return new DomainsApi(tables, settings, Callers.iam());
    }

    @Override
    public APIGatewayV2HTTPResponse handleRequest(@Nullable APIGatewayV2HTTPEvent event, @Nullable Context context) {
        return api.answer(ApiRequest.of(event)).response();
    }
}
