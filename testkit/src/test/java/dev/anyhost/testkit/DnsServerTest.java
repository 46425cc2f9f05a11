package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.ServiceUnavailableException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DnsServerTest {

    private static DnsServer dns;

    @BeforeAll
    static void start() {
        dns = DnsServer.start();
    }

    @AfterAll
    static void stop() {
        dns.close();
    }

    @Test
    void unknownName_hasTheDefaultAddress() throws NamingException {
        assertThat(lookup("default.test", "A")).containsExactly("127.0.0.1");
        assertThat(lookup("default.test", "AAAA")).isEmpty();
    }

    @Test
    void addedAddresses_replaceTheDefault() throws NamingException {
        dns.addA("shop.test", "192.0.2.1", "192.0.2.2");
        dns.addAaaa("shop.test.", "2001:db8::1");
        assertThat(lookup("shop.test", "A")).containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
        assertThat(lookup("shop.test", "AAAA")).containsExactly("2001:db8::1");
        dns.clear("shop.test");
        assertThat(lookup("shop.test", "A")).containsExactly("127.0.0.1");
    }

    @Test
    void alias_namesItsTarget() throws NamingException {
        dns.setCname("www.shop.test", "edge.example");
        assertThat(lookup("www.shop.test", "CNAME")).containsExactly("edge.example.");
    }

    @Test
    void text_isServed() throws NamingException {
        dns.setTxt("_anyhost.shop.test", "token");
        assertThat(lookup("_anyhost.shop.test", "TXT")).containsExactly("token");
        dns.clear("_anyhost.shop.test");
        assertThat(lookup("_anyhost.shop.test", "TXT")).isEmpty();
    }

    @Test
    void certificationAuthorities_areServed() throws NamingException {
        dns.addCaa("guarded.test", "issue", "ca.example");
        assertThat(lookup("guarded.test", "257")).isNotEmpty();
    }

    @Test
    void servfail_failsQueries() {
        dns.setServfail("broken.test");
        assertThatThrownBy(() -> lookup("broken.test", "A")).isInstanceOf(ServiceUnavailableException.class);
    }

    @Test
    void queries_areCounted() throws NamingException {
        assertThat(dns.queries("counted.test")).isZero();
        assertThat(lookup("counted.test", "A")).isNotEmpty();
        assertThat(dns.queries("counted.test")).isEqualTo(1);
    }

    /** With the JDK's only DNS client, of which nothing but the plain records is read. */
    @SuppressWarnings({"BanJNDI", "JdkObsolete"})
    private static List<String> lookup(String name, String type) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, "dns://127.0.0.1:" + dns.address().getPort());
        environment.put("com.sun.jndi.dns.recursion", "true");
        InitialDirContext context = new InitialDirContext(environment);
        try {
            Attribute records = context.getAttributes(name, new String[] {type}).get(type);
            List<String> values = new ArrayList<>();
            if (records != null) {
                for (NamingEnumeration<?> all = records.getAll(); all.hasMore(); ) {
                    values.add(String.valueOf(all.next()));
                }
            }
            return values;
        } finally {
            context.close();
        }
    }
}
