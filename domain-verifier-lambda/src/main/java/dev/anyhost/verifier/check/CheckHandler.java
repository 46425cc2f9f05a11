package dev.anyhost.verifier.check;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.anyhost.verifier.LambdaEnvironment;
import dev.anyhost.verifier.events.Webhook;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * The scheduled run as a Lambda function, invoked by EventBridge Scheduler every minute for each part of the whitelist with
 * {@code {"shard": n}}, n from 0 to below {@link Whitelist#SHARDS}.
 *
 * <p>AWS creates it with the constructor without arguments, which reads {@link LambdaEnvironment}. What it creates there may
 * end up in a snapshot: clients without connections, and nothing random.
 */
public final class CheckHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    /** What the runtime needs to end in order, and what begins last needs to end at all. */
    private static final Duration SPARE = Duration.ofSeconds(15);

    private final ScheduledRun run;
    private final InstantSource clock;

    /** For Lambda. */
    public CheckHandler() {
        this(inLambda(System.getenv(), InstantSource.system()), InstantSource.system());
    }

    /** For any other host. */
    public CheckHandler(ScheduledRun run, InstantSource clock) {
        this.run = run;
        this.clock = clock;
    }

    private static ScheduledRun inLambda(Map<String, String> environment, InstantSource clock) {
        Optional<Webhook> webhook = LambdaEnvironment.webhook(environment)
                .map(url -> new Webhook(url, LambdaEnvironment.webhookSecrets(environment)));
        return new LookingAfter(
                        LambdaEnvironment.edge(environment),
                        LambdaEnvironment.resolvers(environment),
                        LambdaEnvironment.grace(environment),
                        webhook)
                .run(
                        Whitelist.open(LambdaEnvironment.whitelist(environment), clock),
                        ProxyNotices.open(LambdaEnvironment.changes(environment), clock),
                        clock);
    }

    /**
     * One run.
     *
     * @throws IllegalArgumentException when the event names no part
     * @throws TableUnreachable when it can't be found out what is due: Lambda then counts an error and tries again
     */
    @Override
    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        if (!(event.get("shard") instanceof Number shard)
                || shard.doubleValue() != shard.intValue()
                || shard.intValue() < 0
                || shard.intValue() >= Whitelist.SHARDS) {
            throw new IllegalArgumentException("shard: " + event.get("shard") + " (expected: a whole number from 0 to "
                    + (Whitelist.SHARDS - 1) + ")");
        }
        Duration left = Duration.ofMillis(context.getRemainingTimeInMillis());
        return run.run(shard.intValue(), clock.instant().plus(left).minus(SPARE))
                .members();
    }
}
