package dev.anyhost.verifier.api;

/** On whose behalf a request is made. */
sealed interface Caller {

    /** Of the operator: all tenants' domains are theirs to see and change. */
    record Admin() implements Caller {}

    /** One tenant: other tenants' domains aren't there at all. */
    record Tenant(String name) implements Caller {}

    default boolean mayHave(String tenant) {
        return switch (this) {
            case Admin() -> true;
            case Tenant(String name) -> name.equals(tenant);
        };
    }
}
