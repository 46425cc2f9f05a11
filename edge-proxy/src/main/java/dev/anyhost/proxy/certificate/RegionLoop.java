package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.BroughtHome;
import dev.anyhost.store.DueResult;
import dev.anyhost.store.HomeWatch;
import dev.anyhost.store.OrderPlace;
import dev.anyhost.store.RemoteRegion;
import dev.anyhost.store.changes.Change;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process outside the home region does all the time: looks whether home is away, and when it is back brings there what
 * this region has ordered meanwhile, so that all regions share it and its renewal. All processes of a region do so, each what
 * no other one is at.
 */
public final class RegionLoop {

    private static final Logger LOG = LoggerFactory.getLogger(RegionLoop.class);
    private static final Duration BRING_EVERY = Duration.ofSeconds(15);
    private static final int AT_ONCE = 100;

    private final RemoteRegion region;
    private final OrderPlace home;
    private final Supplier<List<Authority>> authorities;
    private final Surroundings around;

    /**
     * What it needs of its process.
     *
     * @param owner names this start of this process in lease rows
     * @param announcements hears of certificates that came home
     * @param results hears how each try ended
     */
    public record Surroundings(
            String owner, IssuanceTime time, Announcements announcements, Consumer<BroughtHome> results) {}

    /** @param home where orders are coordinated while it isn't away */
    public RegionLoop(
            RemoteRegion region, OrderPlace home, Supplier<List<Authority>> authorities, Surroundings around) {
        this.region = region;
        this.home = home;
        this.authorities = authorities;
        this.around = around;
    }

    /** Looks whether home is away, at once and then until the thread is interrupted. */
    public void watch() {
        region.home().look();
        every(HomeWatch.EVERY, region.home()::look);
    }

    /** Brings home what there is until the thread is interrupted. */
    public void bringHome() {
        every(BRING_EVERY, this::bring);
    }

    private void every(Duration time, Runnable work) {
        try {
            while (true) {
                around.time().pause().pause(time);
                work.run();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once, as much as there is. */
    void bring() {
        if (region.home().isAway() || authorities.get().isEmpty()) {
            return;
        }
        switch (region.written().list(AT_ONCE)) {
            case DueResult.Due(List<Hostname> hostnames) -> hostnames.forEach(this::bring);
            case DueResult.Unreachable(String reason) ->
                LOG.atWarn().addKeyValue("reason", reason).log("not known what is to be brought home");
        }
    }

    private void bring(Hostname hostname) {
        BroughtHome result = region.written().bringHome(hostname, around.owner());
        LOG.atInfo()
                .addKeyValue("hostname", hostname)
                .addKeyValue("result", result)
                .log("certificate brought home");
        around.results().accept(result);
        if (result instanceof BroughtHome.Written(long version, String issuer)) {
            around.announcements().tell(new Change(version == 1 ? Change.Kind.ISSUED : Change.Kind.RENEWED, hostname));
            authorities.get().stream()
                    .filter(authority -> authority.issuer().directory().equals(issuer))
                    .forEach(authority -> authority
                            .budget()
                            .attempt(home, hostname, Urgency.SOMEBODY_WAITS)
                            .orderedElsewhere());
        }
    }
}
