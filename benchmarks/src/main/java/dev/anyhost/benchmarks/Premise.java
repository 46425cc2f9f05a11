package dev.anyhost.benchmarks;

import dev.anyhost.testkit.OpensslClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a load takes for granted of a proxy. It is looked at before: what doesn't hold isn't compared. */
enum Premise {

    /** Any HTTPS will do. */
    NONE {
        @Override
        Optional<String> missing(Field field, Contender contender) {
            return Optional.empty();
        }
    },

    /** A client that offers both, as h2load does, gets HTTP/2. */
    HTTP_2 {
        @Override
        Optional<String> missing(Field field, Contender contender) {
            Optional<String> spoken = client(contender)
                    .with("-alpn", "h2,http/1.1")
                    .run(Field.HOSTNAME, REQUEST)
                    .alpn();
            return spoken.equals(Optional.of(H2load.H2))
                    ? Optional.empty()
                    : Optional.of("speaks " + spoken.orElse("nothing") + " by ALPN, not h2");
        }
    },

    /** A client that comes back with its session is spared the full handshake. */
    RESUMPTION {
        @Override
        Optional<String> missing(Field field, Contender contender) {
            Path session = field.around().folder().resolve("session");
            var _ = client(contender).start(Field.HOSTNAME, session, REQUEST);
            return client(contender).resume(Field.HOSTNAME, session, REQUEST).resumed()
                    ? Optional.empty()
                    : Optional.of("doesn't resume");
        }
    },

    /** A client that offers nothing but the hybrid group is answered. */
    HYBRID_KEYS {
        @Override
        Optional<String> missing(Field field, Contender contender) {
            Visit visit = field.visitors()
                    .hybridVisit(contender.https(), Field.HOSTNAME, LIMIT)
                    .join();
            return visit instanceof Visit.Answered ? Optional.empty() : Optional.of("has no " + Visitors.HYBRID);
        }
    };

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: " + Field.HOSTNAME + "\r\nConnection: close\r\n\r\n";

    /** What is missing in {@code contender}, as the predicate of a sentence; empty when nothing is. */
    abstract Optional<String> missing(Field field, Contender contender);

    private static OpensslClient client(Contender contender) {
        return new OpensslClient(contender.https(), List.of(), LIMIT);
    }
}
