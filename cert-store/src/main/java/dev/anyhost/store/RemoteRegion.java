package dev.anyhost.store;

/**
 * What a process outside the home region has for the time when home is away.
 *
 * @param home whether it is away
 * @param orders where this region orders meanwhile
 * @param written what came of that and is to be brought home
 */
public record RemoteRegion(HomeWatch home, OrderPlace orders, AwayCertificates written) {}
