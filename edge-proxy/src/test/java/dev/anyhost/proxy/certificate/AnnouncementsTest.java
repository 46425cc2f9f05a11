package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the change log says of issuances. */
class AnnouncementsTest extends OnACluster {

    private static final Hostname HOST = hostname("shop.customer.example");

    /** What is told of the last ten minutes. */
    private List<Change> told() {
        var since = cluster.tables.changes().since(cluster.clock.instant().minus(ChangeLog.LOOK_BACK));
        return ((ChangesSince.Read) since)
                .entries().stream().map(ChangesSince.Entry::change).toList();
    }

    private List<Change> toldBy(Cluster.Instance instance) {
        instance.announcements().tellAll();
        return told();
    }

    private static Change change(Change.Kind kind) {
        return new Change(kind, HOST);
    }

    @Test
    void firstCertificate_isIssued() {
        var one = cluster.instance("one");
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        assertThat(told())
                .as("not before the certificate is stored and the lease given back")
                .isEmpty();

        assertThat(toldBy(one)).containsExactly(change(Change.Kind.ISSUED));
        assertThat(toldBy(one)).hasSize(1);
    }

    @Test
    void replacedCertificate_isRenewed() {
        var one = cluster.instance("one");
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        assertThat(toldBy(one)).hasSize(1);
        cluster.clock.advance(Duration.ofDays(91));
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);

        assertThat(toldBy(one)).containsExactly(change(Change.Kind.RENEWED));
    }

    @Test
    void failedOrder_isToldOnceAndPutOffOnesArent() {
        cluster.authority = Cluster::challengeFailed;
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        var _ = one.visit(HOST);
        var _ = one.visit(HOST);
        var _ = two.visit(HOST);

        assertThat(toldBy(one)).containsExactly(change(Change.Kind.ISSUANCE_FAILED));
        assertThat(toldBy(two)).hasSize(1);
    }

    @Test
    void whatIsNobodysFailure_isNotTold() {
        var one = cluster.instance("one");
        cluster.authority = _ -> new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNREACHABLE, "away");
        var _ = one.visit(HOST);
        cluster.authority = _ -> Cluster.limited(cluster.clock.instant().plusSeconds(60), "try later");
        var _ = one.visit(hostname("other.example"));

        assertThat(toldBy(one)).isEmpty();
    }

    /** The row is one call more, after the visitor has an answer: six with the scripted authority, which posts nothing. */
    @Test
    void issuance_takesOneCallMore() {
        var one = cluster.instance("one");
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        assertThat(cluster.dynamo.calls()).isEqualTo(6);

        one.announcements().tellAll();
        one.announcements().tellAll();

        assertThat(cluster.dynamo.calls()).isEqualTo(7);
    }

    @Test
    void manyOfOneSecond_areToldInFewCalls() {
        var one = cluster.instance("one");
        for (int i = 0; i < 30; i++) {
            one.announcements().tell(new Change(Change.Kind.ISSUED, hostname("shop" + i + ".example")));
        }
        one.announcements().tellAll();

        assertThat(cluster.dynamo.calls()).isEqualTo(2);
        assertThat(told()).hasSize(30).doesNotHaveDuplicates();
    }

    @Test
    void tableAway_losesTheNewsAndNothingElse() {
        var one = cluster.instance("one");
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        cluster.dynamo.becomeUnreachable();
        for (int i = 0; i < 2_000; i++) {
            one.announcements().tell(change(Change.Kind.RENEWED));
        }
        one.announcements().tellAll();
        cluster.dynamo.restore();

        assertThat(toldBy(one)).isEmpty();
        assertThat(cluster.tables.certificates().findConsistent(HOST)).isInstanceOf(FindResult.Found.class);
    }

    @Test
    void otherInstances_haveNothingToDoWithIt() {
        var one = cluster.instance("one");
        var two = cluster.instance("two");
        assertThat(one.visit(HOST)).isInstanceOf(Serve.class);
        assertThat(toldBy(one)).hasSize(1);
        cluster.dynamo.resetCalls();
        cluster.asked.clear();

        two.changes().look();

        assertThat(cluster.dynamo.calls() - cluster.dynamo.calls(DynamoOperation.QUERY))
                .isZero();
        assertThat(cluster.asked).isEmpty();
    }

    @Test
    void timer_tellsByItself() throws Exception {
        var told = new LinkedBlockingQueue<Integer>();
        cluster.dynamo.beforeNext(DynamoOperation.BATCH_WRITE_ITEM, () -> told.add(1));
        try (var timer = Executors.newScheduledThreadPool(1)) {
            var announcements = new Announcements(cluster.tables.changes(), timer);
            announcements.tell(change(Change.Kind.ISSUED));

            assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
        assertThat(told()).containsExactly(change(Change.Kind.ISSUED));
    }
}
