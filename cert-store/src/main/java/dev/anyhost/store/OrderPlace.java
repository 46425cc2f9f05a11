package dev.anyhost.store;

/**
 * Where an order is coordinated and its certificate written: everything of one attempt is from one place, since conditions
 * hold within one region only.
 *
 * @param isHome false for a region's own rows, which serve while its home region is away
 */
public record OrderPlace(
        boolean isHome,
        IssuedCertificates certificates,
        IssuanceLeases leases,
        OrderBudgets budgets,
        IssuerPauses pauses) {}
