package dev.anyhost.store;

import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.encryption.KeyEncryption;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The two tables, and everything that is kept in them. */
public final class CertificateTables implements AutoCloseable {

    private final Clients clients;
    private final DynamoTable certificateTable;
    private final DynamoTable coordinationTable;
    private final DynamoTable homeTable;
    private final boolean createTables;
    private final Canary canary;
    private final CertificateStore certificates;
    private final IssuanceLeases leases;
    private final AcmeAccounts accounts;
    private final PostedChallenges challenges;
    private final IssuerPauses pauses;
    private final OrderBudgets budgets;
    private final PartLeases parts;
    private final LateRenewals late;
    private final HostTraffic traffic;
    private final SharedTicketKeys ticketKeys;
    private final ChangeLog changes;
    private final OrderPlace home;
    private final Optional<RemoteRegion> remote;

    /**
     * What reaches the tables; the same client may serve both.
     *
     * @param certificates the replica that certificates are read from
     * @param coordination the home region, where certificates are written as well
     */
    public record Clients(DynamoDbClient certificates, DynamoDbClient coordination) {}

    /**
     * Uses clients of the caller's making.
     *
     * @param clients closed with this
     * @param clock for what is compared with times in the store
     * @param nanos a monotonic clock, such as {@link System#nanoTime}, for what is waited for
     */
    public CertificateTables(
            StoreSettings settings, Clients clients, KeyEncryption keys, InstantSource clock, LongSupplier nanos) {
        this.clients = clients;
        String name = settings.certificates().name();
        String region = settings.certificates().region();
        boolean isHome = region.equals(settings.coordination().region());
        this.certificateTable = new DynamoTable(clients.certificates(), name);
        this.coordinationTable =
                new DynamoTable(clients.coordination(), settings.coordination().name());
        this.createTables = settings.createTables();
        this.homeTable = isHome ? certificateTable : new DynamoTable(clients.coordination(), name);
        Optional<HomeCopies> copies =
                isHome ? Optional.empty() : Optional.of(new HomeCopies(homeTable, certificateTable));
        this.canary = new Canary(coordinationTable, copies, keys);
        this.leases = new DynamoLeases(coordinationTable, nanos, clock);
        this.accounts = new DynamoAccounts(coordinationTable, copies, keys);
        this.challenges = new DynamoChallenges(coordinationTable, clock);
        this.pauses = new DynamoPauses(coordinationTable, clock);
        this.budgets = new DynamoBudgets(coordinationTable, clock);
        this.parts = new DynamoPartLeases(coordinationTable);
        this.late = new DynamoLateRenewals(coordinationTable, clock);
        this.traffic = new DynamoTraffic(coordinationTable, clock);
        this.ticketKeys = new DynamoTicketKeys(coordinationTable, copies, keys);
        this.changes = new ChangeLog(clients.coordination(), coordinationTable.name(), clock);
        var written = new DynamoCertificates(homeTable, keys);
        if (isHome) {
            this.certificates = written;
            this.remote = Optional.empty();
        } else {
            DynamoTable regional = certificateTable.under(region);
            var own = new CertificateRows(regional, keys, CertificateRows.NO_LATER_VERSION);
            var near = new RegionalCertificates(rows(certificateTable, keys), own, clock);
            var watch = new HomeWatch(coordinationTable, nanos);
            this.certificates =
                    new ReplicatedCertificates(near, new DynamoCertificates(regional, keys), written, watch);
            this.remote = Optional.of(new RemoteRegion(
                    watch,
                    new OrderPlace(
                            false,
                            near,
                            new DynamoLeases(regional, nanos, clock),
                            new DynamoBudgets(regional, clock),
                            new DynamoPauses(regional, clock)),
                    new AwayCertificates(region, near, rows(homeTable, keys), leases)));
        }
        this.home = new OrderPlace(true, certificates, leases, budgets, pauses);
    }

    /** Makes the clients; no network yet. */
    public static CertificateTables open(StoreSettings settings, KeyEncryption keys, InstantSource clock) {
        return open(settings, keys, clock, StoreCallListener.NONE);
    }

    /** Makes the clients and reports their calls; no network yet. */
    public static CertificateTables open(
            StoreSettings settings, KeyEncryption keys, InstantSource clock, StoreCallListener listener) {
        return new CertificateTables(settings, DynamoClients.open(settings, listener), keys, clock, System::nanoTime);
    }

    /**
     * Whether both tables are there and the keys are theirs. Creates what is missing when the settings say so, and the
     * canary when there is none; replaces nothing. Where home is away, this region's copies will do. Blocks; with tables to
     * create up to a minute.
     */
    public TablesCheck check() {
        String missing = Stream.of(
                        TableShape.CERTIFICATES.problem(certificateTable, createTables),
                        isHomeAway() ? Optional.<String>empty() : homeProblem())
                .flatMap(Optional::stream)
                .collect(Collectors.joining("; "));
        if (!missing.isEmpty()) {
            return new TablesCheck.NotReady(missing);
        }
        return canary.problem().<TablesCheck>map(TablesCheck.NotReady::new).orElseGet(TablesCheck.Ready::new);
    }

    private Optional<String> homeProblem() {
        return TableShape.COORDINATION
                .problem(coordinationTable, createTables)
                .or(() -> remote.isPresent()
                        ? TableShape.CERTIFICATES.problem(homeTable, createTables)
                        : Optional.empty());
    }

    private static CertificateRows rows(DynamoTable table, KeyEncryption keys) {
        return new CertificateRows(table, keys, CertificateRows.THE_VERSION_SEEN);
    }

    /** Whether this region is on its own, by what is known. */
    public boolean isHomeAway() {
        return remote.filter(region -> region.home().isAway()).isPresent();
    }

    /** Where an order that begins now is coordinated. While home is away this blocks for one call to it. */
    public OrderPlace orders() {
        return remote.filter(region -> region.home().isStillAway())
                .map(RemoteRegion::orders)
                .orElse(home);
    }

    /** Where all orders are coordinated unless a region is on its own. */
    public OrderPlace home() {
        return home;
    }

    /** Empty in the home region. */
    public Optional<RemoteRegion> remote() {
        return remote;
    }

    public CertificateStore certificates() {
        return certificates;
    }

    public IssuanceLeases leases() {
        return leases;
    }

    public AcmeAccounts accounts() {
        return accounts;
    }

    public PostedChallenges challenges() {
        return challenges;
    }

    public IssuerPauses pauses() {
        return pauses;
    }

    public OrderBudgets budgets() {
        return budgets;
    }

    public PartLeases parts() {
        return parts;
    }

    public LateRenewals late() {
        return late;
    }

    public HostTraffic traffic() {
        return traffic;
    }

    public SharedTicketKeys ticketKeys() {
        return ticketKeys;
    }

    public ChangeLog changes() {
        return changes;
    }

    /** Closes the clients. */
    @Override
    public void close() {
        clients.certificates().close();
        clients.coordination().close();
    }
}
