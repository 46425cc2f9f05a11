package dev.anyhost.verifier;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.anyhost.domain.AskAnswer;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ask as a Lambda function behind a function URL (payload format 2.0).
 *
 * <p>AWS creates it with the constructor without arguments, which reads {@link LambdaEnvironment}. What it creates there
 * may end up in a snapshot: a client without connections, and nothing random.
 */
public final class AskHandler implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

    private final Ask ask;

    /** For Lambda. */
    public AskHandler() {
        this(Whitelist.open(LambdaEnvironment.whitelist(System.getenv()), InstantSource.system()));
    }

    /** For any other host. The whitelist stays the caller's to close. */
    public AskHandler(Whitelist whitelist) {
        this.ask = new Ask(whitelist);
    }

    /**
     * Answers one request.
     *
     * @param event null when the function was invoked with {@code null}; that has no method, and no answer about a name
     */
    @Override
    public APIGatewayV2HTTPResponse handleRequest(@Nullable APIGatewayV2HTTPEvent event, Context context) {
        Optional<APIGatewayV2HTTPEvent> request = Optional.ofNullable(event);
        String method = request.map(APIGatewayV2HTTPEvent::getRequestContext)
                .map(APIGatewayV2HTTPEvent.RequestContext::getHttp)
                .map(APIGatewayV2HTTPEvent.RequestContext.Http::getMethod)
                .orElse("");
        String rawQuery = request.map(APIGatewayV2HTTPEvent::getRawQueryString).orElse("");
        AskAnswer answer = ask.answer(method, rawQuery);
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(answer.status())
                .withHeaders(answer.headers())
                .withBody(answer.body())
                .withIsBase64Encoded(false)
                .build();
    }
}
