package dev.anyhost.proxy.forward.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.AddressedEnvelope;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of one family for the first of several names that has any, asking one name server after the other
 * until one can tell. For the resolver's event loop.
 */
final class FamilySearch {

    private static final int MOST_ALIASES = 8;

    private final DnsNameResolver resolver;
    private final DnsRecordType type;
    private final List<InetSocketAddress> servers;
    private final List<String> candidates;
    private final Consumer<NameAnswer> answer;
    private int candidate;
    private int server;
    private int aliases;
    private long seconds = Long.MAX_VALUE;

    /** @param candidates absolute names, in the order to try them */
    FamilySearch(
            DnsNameResolver resolver,
            DnsRecordType type,
            List<InetSocketAddress> servers,
            List<String> candidates,
            Consumer<NameAnswer> answer) {
        this.resolver = resolver;
        this.type = type;
        this.servers = servers;
        this.candidates = candidates;
        this.answer = answer;
    }

    void start() {
        ask(candidates.get(candidate));
    }

    private void ask(String name) {
        DnsQuestion question;
        try {
            question = new DefaultDnsQuestion(name, type);
        } catch (IllegalArgumentException noDnsName) {
            absent();
            return;
        }
        resolver.query(servers.get(server), question)
                .addListener((Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> done) -> {
                    if (!done.isSuccess()) {
                        askNext(name);
                        return;
                    }
                    try {
                        read(name, done.getNow().content());
                    } finally {
                        done.getNow().release();
                    }
                });
    }

    private void askNext(String name) {
        if (++server < servers.size()) {
            ask(name);
        } else {
            answer.accept(new NameAnswer.Failed());
        }
    }

    private void absent() {
        if (++candidate < candidates.size()) {
            aliases = 0;
            seconds = Long.MAX_VALUE;
            start();
        } else {
            answer.accept(new NameAnswer.Absent());
        }
    }

    private void read(String name, DnsResponse response) {
        if (response.code().equals(DnsResponseCode.NXDOMAIN)) {
            absent();
        } else if (!response.code().equals(DnsResponseCode.NOERROR)) {
            askNext(name);
        } else {
            follow(name, response);
        }
    }

    /** Aliases may come in any order, with what they lead to or without. */
    private void follow(String asked, DnsResponse response) {
        String name = asked;
        for (DnsRawRecord alias = alias(name, response); alias != null; alias = alias(name, response)) {
            String target = target(alias.content());
            if (target == null || ++aliases > MOST_ALIASES) {
                absent();
                return;
            }
            seconds = Math.min(seconds, alias.timeToLive());
            name = target;
        }
        List<InetAddress> addresses = addresses(name, response);
        if (!addresses.isEmpty()) {
            answer.accept(new NameAnswer.Found(List.copyOf(addresses), Duration.ofSeconds(Math.max(0, seconds))));
        } else if (name.equalsIgnoreCase(asked)) {
            absent();
        } else {
            ask(name);
        }
    }

    private static @Nullable DnsRawRecord alias(String name, DnsResponse response) {
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            DnsRecord item = response.recordAt(DnsSection.ANSWER, i);
            if (item.type().equals(DnsRecordType.CNAME)
                    && item.name().equalsIgnoreCase(name)
                    && item instanceof DnsRawRecord raw) {
                return raw;
            }
        }
        return null;
    }

    private static @Nullable String target(ByteBuf content) {
        try {
            return DefaultDnsRecordDecoder.decodeName(content.duplicate()).toLowerCase(Locale.ROOT);
        } catch (CorruptedFrameException malformed) {
            return null;
        }
    }

    private List<InetAddress> addresses(String name, DnsResponse response) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            DnsRecord item = response.recordAt(DnsSection.ANSWER, i);
            if (item.type().equals(type) && item.name().equalsIgnoreCase(name) && item instanceof DnsRawRecord raw) {
                InetAddress address = address(raw.content());
                if (address != null) {
                    seconds = Math.min(seconds, item.timeToLive());
                    addresses.add(address);
                }
            }
        }
        return addresses;
    }

    private static @Nullable InetAddress address(ByteBuf content) {
        try {
            return InetAddress.getByAddress(ByteBufUtil.getBytes(content));
        } catch (UnknownHostException neither4Nor16Bytes) {
            return null;
        }
    }
}
