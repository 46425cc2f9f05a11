package dev.anyhost.store;

import java.net.URI;
import java.util.Optional;

/**
 * Where certificates and coordination rows live.
 *
 * @param certificates read on every cold handshake, so in the nearest region
 * @param coordination leases, accounts and challenges: in the home region, because conditions hold within one region only;
 *     certificates are written there as well, and reach the nearest region by replication (a DynamoDB global table)
 * @param createTables whether {@link CertificateTables#check} creates what is missing (development); otherwise a missing
 *     table is reported
 */
public record StoreSettings(Table certificates, Table coordination, boolean createTables) {

    /**
     * One table.
     *
     * @param region an AWS region, such as {@code us-east-1}
     * @param endpoint another address than the region's own, such as DynamoDB Local's
     * @param name the table's name
     */
    public record Table(String region, Optional<URI> endpoint, String name) {}
}
