package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders certificates from one ACME authority. The order of the steps: order (or the order to resume), its URL recorded,
 * authorization by one challenge, finalize, download, check. What the authority says when it refuses is kept whole in
 * the outcome.
 */
public final class AcmeIssuer implements Issuer, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AcmeIssuer.class);
    private static final String ACCOUNT_UNKNOWN = "urn:ietf:params:acme:error:accountDoesNotExist";

    private final AcmeSettings settings;
    private final SharedAccount account;
    private final ChallengeBoard board;
    private final IssuanceTime time;
    private final AcmeSessions sessions;
    private final AuthorityFailures failures;
    private final SharedAccount.Registration registration;

    /**
     * Needs nothing of the authority yet.
     *
     * @param tls which servers may be the directory, from {@link DirectoryTrust}
     * @param account the shared account at the same directory
     * @throws IllegalArgumentException when the e-mail address can't be in a URI
     */
    public AcmeIssuer(
            AcmeSettings settings, SSLContext tls, SharedAccount account, ChallengeBoard board, IssuanceTime time) {
        this.settings = settings;
        this.account = account;
        this.board = board;
        this.time = time;
        this.sessions = new AcmeSessions(settings, tls, time);
        this.failures = new AuthorityFailures(time.clock());
        this.registration =
                new SharedAccount.Registration(URI.create("mailto:" + settings.email()), settings.externalAccount());
    }

    @Override
    public String directory() {
        return settings.directory().toString();
    }

    @Override
    public IssuanceOutcome issue(IssuanceRequest request) {
        IssuanceOutcome outcome = attempt(request);
        LOG.atInfo()
                .addKeyValue("hostname", request.hostname())
                .addKeyValue("issuer", directory())
                .addKeyValue("challenge", request.preferred())
                .addKeyValue("outcome", outcome)
                .log("attempt at a certificate ended");
        return outcome;
    }

    @Override
    public Optional<Duration> clockAhead() {
        try {
            return Optional.of(sessions.clockAhead());
        } catch (AcmeException | AcmeProtocolException | IllegalArgumentException silent) {
            LOG.atWarn().addKeyValue("issuer", directory()).setCause(silent).log("the authority doesn't tell the time");
            return Optional.empty();
        }
    }

    @Override
    public Suggestion suggestion(X509Certificate certificate) {
        try {
            Login login = account.login(sessions.next(), registration);
            return new RenewalWindow(failures, time.clock()).ask(login, certificate);
        } catch (AcmeException failed) {
            return new Suggestion.Unavailable(failures.outcome(failed).toString());
        } catch (AcmeProtocolException | IllegalArgumentException garbage) {
            return new Suggestion.Unavailable(garbage.toString());
        }
    }

    private IssuanceOutcome attempt(IssuanceRequest request) {
        try {
            return loggedIn(request, sessions.next());
        } catch (AttemptEndedException ended) {
            return ended.outcome();
        } catch (AcmeException failed) {
            return failures.outcome(failed);
        } catch (AcmeProtocolException garbage) {
            return failures.outcome(garbage);
        } catch (AcmeLazyLoadingException failed) {
            return failures.outcome(failed);
        } catch (IllegalArgumentException malformed) {
            // acme4j hands the authority's URLs to java.net.URI unchecked. The log has the place, should it be ours.
            LOG.atWarn().setCause(malformed).log("unusable answer");
            return new Unavailable(Cause.UNUSABLE_ANSWER, malformed.toString());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Unavailable(Cause.STOPPED, "interrupted");
        }
    }

    private IssuanceOutcome loggedIn(IssuanceRequest request, Session session)
            throws AcmeException, AttemptEndedException, InterruptedException {
        var pace = new AttemptPace(time, settings.time().order(), request.stopped());
        pace.check();
        Login login = login(session);
        try {
            return order(request, login, pace);
        } catch (AcmeServerException refused) {
            if (!refused.getType().toString().equals(ACCOUNT_UNKNOWN)) {
                throw refused;
            }
            // A test authority forgets its accounts when it restarts, and the store does not.
            account.forget(login);
            return order(request, login(session), pace);
        }
    }

    /** Whatever an authority has against our account, it is no hostname's doing. */
    private Login login(Session session) throws AcmeException, AttemptEndedException {
        try {
            return account.login(session, registration);
        } catch (AcmeServerException refused) {
            if (failures.outcome(refused) instanceof IssuanceOutcome.Rejected(AcmeProblem problem)) {
                throw AttemptEndedException.unavailable(Cause.ACCOUNT_REFUSED, problem.toString());
            }
            throw refused;
        }
    }

    private IssuanceOutcome order(IssuanceRequest request, Login login, AttemptPace pace)
            throws AcmeException, AttemptEndedException, InterruptedException {
        var authorization = new AuthorizationStep(request, board, pace, failures);
        return new OrderAttempt(login, request, authorization, pace, settings.wishes(), time.clock()).run(directory());
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        sessions.close();
    }
}
