package dev.anyhost.verifier.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.util.Optional;

/**
 * The ask and the domains API at one address, for people who host them themselves: what is under {@code /v1} is the API's,
 * everything else the ask's. In AWS they are two functions, since proxies may only ask.
 *
 * @param domains empty when the API is off
 */
public record SharedAddress(
        RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> ask, Optional<DomainsHandler> domains)
        implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

    @Override
    public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
        String path = Optional.ofNullable(event.getRawPath()).orElse("");
        if (!path.equals("/v1") && !path.startsWith("/v1/")) {
            return ask.handleRequest(event, context);
        }
        return domains.map(api -> api.handleRequest(event, context))
                .orElseGet(() -> DomainsApi.nothing().response());
    }
}
