package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Urgency;
import dev.anyhost.store.BroughtHome;
import dev.anyhost.store.DueResult;
import dev.anyhost.store.HomeWatch;
import dev.anyhost.store.OrderPlace;
import dev.anyhost.store.PauseResult;
import dev.anyhost.store.RemoteRegion;
import dev.anyhost.store.changes.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What a process outside the home region does all the time: looks whether home is away, and when it is back brings there what
 * this region has ordered meanwhile, so that all regions share it and its renewal. All processes of a region do so, each what
 * no other one is at.
 */
public final class RegionLoop {

    private static final Logger LOG = LoggerFactory.getLogger(RegionLoop.class);
    private static final Duration BRING_EVERY = Duration.ofSeconds(15);
    private static final int AT_ONCE = 1_000;

    private final RemoteRegion region;
    private final OrderPlace home;
    private final Supplier<List<Authority>> authorities;
    private final Surroundings around;
    private boolean alone;

    /**
     * What it needs of its process.
     *
     * @param owner names this start of this process in lease rows
     * @param announcements hears of certificates that came home
     * @param results hears how each try ended
     */
    public record Surroundings(
            String owner,
            IssuanceTime time,
            Announcements announcements,
            Random random,
            Consumer<BroughtHome> results) {}

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

    /** Once, as much as there is. On one thread. */
    void bring() {
        if (region.home().isAway() || authorities.get().isEmpty()) {
            alone |= region.home().isAway();
            return;
        }
        if (alone) {
            alone = false;
            authorities.get().forEach(authority -> bringPause(authority.issuer().directory()));
        }
        switch (region.written().list(AT_ONCE)) {
            case DueResult.Due(List<Hostname> hostnames) -> {
                // Not the same one first at every process.
                List<Hostname> mixed = new ArrayList<>(hostnames);
                Collections.shuffle(mixed, around.random());
                mixed.forEach(this::bring);
            }
            case DueResult.Unreachable(String reason) ->
                LOG.atWarn().addKeyValue("reason", reason).log("not known what is to be brought home");
        }
    }

    /** What an authority told this region to wait for, it told all. */
    private void bringPause(String directory) {
        if (region.orders().pauses().look(directory) instanceof PauseResult.Paused(Instant until, String problem)) {
            var effect = home.pauses().pause(directory, until, problem);
            LOG.atInfo()
                    .addKeyValue("issuer", directory)
                    .addKeyValue("until", until)
                    .addKeyValue("result", effect)
                    .log("pause brought home");
        }
    }

    private void bring(Hostname hostname) {
        BroughtHome result = region.written().bringHome(hostname, around.owner());
        LOG.atLevel(result instanceof BroughtHome.Later ? Level.DEBUG : Level.INFO)
                .addKeyValue("hostname", hostname)
                .addKeyValue("result", result)
                .log("certificate to be brought home");
        around.results().accept(result);
        switch (result) {
            case BroughtHome.Written(long version) ->
                around.announcements()
                        .tell(new Change(version == 1 ? Change.Kind.ISSUED : Change.Kind.RENEWED, hostname));
            case BroughtHome.Removed(Optional<String> issuer) ->
                issuer.ifPresent(directory -> charge(hostname, directory));
            case BroughtHome.Later _ -> {
                // There will be another round.
            }
        }
    }

    /** Once for each row: whoever removes it. */
    private void charge(Hostname hostname, String directory) {
        authorities.get().stream()
                .filter(authority -> authority.issuer().directory().equals(directory))
                .forEach(authority -> authority
                        .budget()
                        .attempt(home, hostname, Urgency.SOMEBODY_WAITS)
                        .orderedElsewhere());
    }
}
