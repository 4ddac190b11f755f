package io.weft.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.FilterChainMatch.SourceType;
import io.weft.proxy.config.FilterChainMatch.Transport;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.TcpProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainMatcherTest {
    private static final Listener.Inspection ALL = new Listener.Inspection(true, true, Duration.ofSeconds(1), true);

    /** Words such as {@code port=80 dst=10.0.0.0/8+::1 sni=*.b transport=tls alpn=h2 direct= type=local src= sport=1}. */
    private static Map<String, List<String>> words(String text) {
        Map<String, List<String>> words = new HashMap<>();
        for (String word : text.trim().split(" +")) {
            int equals = word.indexOf('=');
            words.put(
                    equals < 0 ? word : word.substring(0, equals),
                    List.of(word.substring(equals + 1).split("\\+")));
        }
        return words;
    }

    private static @Nullable Transport transport(List<String> words) {
        return words.isEmpty() ? null : words.getFirst().equals("tls") ? Transport.TLS : Transport.RAW_BUFFER;
    }

    private static FilterChain chain(String text) {
        Map<String, List<String>> words = words(text);
        List<String> none = List.of();
        FilterChainMatch match = new FilterChainMatch(
                words.containsKey("port")
                        ? Integer.valueOf(words.getOrDefault("port", none).getFirst())
                        : null,
                words.getOrDefault("dst", none).stream().map(Cidr::parse).toList(),
                words.getOrDefault("sni", none),
                transport(words.getOrDefault("transport", none)),
                words.getOrDefault("alpn", none),
                words.getOrDefault("direct", none).stream().map(Cidr::parse).toList(),
                switch (words.getOrDefault("type", List.of("any")).getFirst()) {
                    case "local" -> SourceType.SAME_IP_OR_LOOPBACK;
                    case "external" -> SourceType.EXTERNAL;
                    default -> SourceType.ANY;
                },
                words.getOrDefault("src", none).stream().map(Cidr::parse).toList(),
                words.getOrDefault("sport", none).stream().map(Integer::valueOf).toList());
        return new FilterChain(text.trim(), match, null, List.of(), tcp());
    }

    private static TcpProxy tcp() {
        return new TcpProxy("t", new ClusterChoice.Single("c"), Duration.ZERO, 1, Duration.ZERO, List.of());
    }

    private static Listener listener(Listener.Inspection inspection, boolean withDefault, String... chains) {
        return new Listener(
                "in",
                new Address.Socket("0.0.0.0", 15006),
                List.of(),
                Listener.Direction.INBOUND,
                true,
                inspection,
                Arrays.stream(chains).map(ChainMatcherTest::chain).toList(),
                withDefault ? new FilterChain("default", FilterChainMatch.ANY, null, List.of(), tcp()) : null,
                1,
                List.of());
    }

    private static ChainMatcher matcher(String... chains) throws ChainConflictException {
        return new ChainMatcher(listener(ALL, true, chains));
    }

    private static InetSocketAddress socket(Map<String, List<String>> words, String key, String otherwise, int port) {
        String host = words.getOrDefault(key, List.of(otherwise)).getFirst();
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    private static Arrival arrival(String text) {
        Map<String, List<String>> words = words(text);
        int port = Integer.parseInt(words.getOrDefault("port", List.of("80")).getFirst());
        int sport = Integer.parseInt(words.getOrDefault("sport", List.of("999")).getFirst());
        Transport transport = transport(words.getOrDefault("transport", List.of("raw")));
        return new Arrival(
                socket(words, "src", "10.9.9.9", sport),
                socket(words, "dst", "10.1.1.1", port),
                transport == null ? Transport.RAW_BUFFER : transport,
                words.containsKey("sni") ? words.getOrDefault("sni", List.of()).getFirst() : null,
                words.getOrDefault("alpn", List.of()));
    }

    private static String name(@Nullable FilterChain chain) {
        return chain == null ? "closed" : chain.name();
    }

    @ParameterizedTest(name = "[{0}] takes {1}: {2}")
    @DisplayName("Envoy's order of criteria: the most specific wins at each step, with no going back")
    @CsvSource({
        "port=80 | any,                              port=80,                  port=80",
        "port=80 | any,                              port=81,                  any",
        "port=80 | port=81,                          port=82,                  default",
        "port=80 transport=tls | any,                port=80,                  default",
        "dst=10.0.0.0/8 | dst=10.1.0.0/16 | any,     dst=10.1.1.1,             dst=10.1.0.0/16",
        "dst=10.0.0.0/8 | dst=10.1.0.0/16 | any,     dst=10.2.1.1,             dst=10.0.0.0/8",
        "dst=10.0.0.0/8 | dst=10.1.1.1 | any,        dst=10.1.1.1,             dst=10.1.1.1",
        "dst=10.1.0.0/16 sni=a | dst=10.0.0.0/8,     dst=10.1.1.1 sni=b,       default",
        "port=80 dst=10.1.1.1 | port=80,             port=80 dst=10.1.1.2,     port=80",
        "port=80 dst=10.1.1.2 | dst=10.1.1.1,        port=80 dst=10.1.1.1,     default",
        "dst=0.0.0.0/0 | any,                        dst=1.2.3.4,              dst=0.0.0.0/0",
        "dst=0.0.0.0/0 | any,                        dst=fd00::1,              any",
        "sni=a.b | sni=*.b | any,                    sni=a.b transport=tls,    sni=a.b",
        "sni=a.b | sni=*.b | any,                    sni=A.B transport=tls,    sni=a.b",
        "sni=a.b | sni=*.b | any,                    sni=c.b transport=tls,    sni=*.b",
        "sni=*.b | sni=*.c.b | any,                  sni=x.y.c.b transport=tls,sni=*.c.b",
        "sni=*.b | sni=*.c.b | any,                  sni=c.b transport=tls,    sni=*.b",
        "sni=*.b | any,                              sni=b transport=tls,      any",
        "sni=a.b | any,                              transport=tls,            any",
        "sni=a.b | any,                              port=80,                  any",
        "sni=a transport=raw | any,                  sni=a transport=tls,      default",
        "transport=tls | transport=raw,              transport=tls,            transport=tls",
        "transport=tls | transport=raw,              port=80,                  transport=raw",
        "transport=tls | any,                        port=80,                  any",
        "transport=tls alpn=h2 | any,                transport=tls alpn=http/1.1, default",
        "alpn=h2 | alpn=istio | any,                 transport=tls alpn=x+istio+h2, alpn=istio",
        "alpn=h2 | any,                              transport=tls alpn=x,     any",
        "alpn=http/1.1+h2c | any,                    alpn=h2c,                 'alpn=http/1.1+h2c'",
        "direct=10.9.0.0/16 | any,                   src=10.9.9.9,             direct=10.9.0.0/16",
        "direct=10.9.0.0/16 type=local | any,        src=10.9.9.9,             default",
        "type=local | type=external | any,           src=127.0.0.1,            type=local",
        "type=local | type=external | any,           src=::1 dst=::2,          type=local",
        "type=local | type=external | any,           src=10.1.1.1 dst=10.1.1.1,type=local",
        "type=local | type=external | any,           src=10.9.9.9,             type=external",
        "type=local | any,                           src=10.9.9.9,             any",
        "type=external | any,                        src=127.0.0.1,            any",
        "src=10.9.0.0/16 | src=10.9.9.9 | any,       src=10.9.9.9,             src=10.9.9.9",
        "src=10.9.0.0/16 | src=10.9.9.8 | any,       src=10.9.9.9,             src=10.9.0.0/16",
        "src=10.9.0.0/16 sport=1 | any,              src=10.9.9.9,             default",
        "sport=1+2 | any,                            sport=2,                  'sport=1+2'",
        "sport=1+2 | any,                            sport=3,                  any",
        "src=2001:db8::/32 | any,                    src=2001:db8::9 dst=::1,  src=2001:db8::/32",
        "dst=fd00::1 | dst=fd00::/127 | any,         dst=fd00::1,              dst=fd00::1",
        "dst=fd00::2 | dst=fd00::/127 | any,         dst=fd00::,               dst=fd00::/127",
    })
    void envoys_order_of_criteria(String chains, String arrival, String expected) throws ChainConflictException {
        assertThat(name(matcher(chains.split("\\|")).match(arrival(arrival)))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} in {1}: {2}")
    @DisplayName("H4: blocks of addresses decide the same however an address is written")
    @CsvSource({
        "10.1.2.3,          10.1.2.0/24,        true",
        "10.1.3.3,          10.1.2.0/24,        false",
        "10.1.2.3,          0.0.0.0/0,          true",
        "10.1.2.3,          ::/0,               false",
        "10.1.2.3,          10.1.2.3/32,        true",
        "10.1.2.2,          10.1.2.3/31,        true",
        "255.255.255.255,   128.0.0.0/1,        true",
        "127.255.255.255,   128.0.0.0/1,        false",
        "::ffff:10.1.2.3,   10.1.2.0/24,        true",
        "::ffff:10.1.2.3,   ::/0,               false",
        "::10.1.2.3,        10.1.2.0/24,        false",
        "::1,               ::/0,               true",
        "::1,               0.0.0.0/0,          false",
        "2001:db8::1,       2001:db8::/127,     true",
        "2001:db8::2,       2001:db8::/127,     false",
        "2001:db8::2,       2001:db8::2/128,    true",
        "2001:db8:0:0:1::,  2001:db8::/64,      true",
        "2001:db8:0:1::,    2001:db8::/64,      false",
        "2001:db8:0:0:8000::, 2001:db8::/65,    false",
        "fe80::1%1,         fe80::/10,          true",
        "fe80::1%1,         fe80::1/128,        true",
        "fec0::1,           fe80::/10,          false",
    })
    void h4_blocks(String address, String block, boolean expected) throws Exception {
        byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        List<InetAddress> forms = new ArrayList<>(List.of(InetAddress.ofLiteral(address)));
        if (bytes.length == 4) {
            byte[] mapped = Arrays.copyOf(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, 16);
            System.arraycopy(bytes, 0, mapped, 12, 4);
            // The one way to make the JDK keep a mapped address as an IPv6 one.
            forms.add(java.net.Inet6Address.getByAddress("", mapped, 0));
        }
        AddressTable<String> table = new AddressTable<>();
        table.at(Cidr.parse(block), () -> "in");
        for (InetAddress form : forms) {
            assertThat(new IpBlock(Cidr.parse(block)).contains(Ip.of(form))).isEqualTo(expected);
            assertThat(table.find(form)).isEqualTo(expected ? "in" : null);
        }
    }

    @ParameterizedTest(name = "[{0}] from {1}: opaque {2}, TLS matters {3}, HTTP matters {4}")
    @DisplayName("before detection: can it change the answer, and what applies if the connection is opaque")
    @CsvSource({
        "port=80 | any,                                     port=80, port=80, false, false",
        "port=80 | any,                                     port=81, any,     false, false",
        "port=80 | port=82 transport=tls,                   port=81, default, false, false",
        "port=80 | port=81 transport=tls,                   port=80, port=80, false, false",
        "transport=tls | transport=raw,                     port=80, transport=raw, true, false",
        "transport=tls | any,                               port=80, any,     true,  false",
        "transport=tls,                                     port=80, default, true,  false",
        "transport=raw,                                     port=80, transport=raw, true, false",
        "sni=a | any,                                       port=80, any,     true,  false",
        "alpn=http/1.1+h2c | any,                           port=80, any,     false, true",
        "alpn=istio | any,                                  port=80, any,     true,  false",
        "transport=tls | transport=raw alpn=http/1.1 | any, port=80, default, true,  true",
        "transport=tls src=10.8.0.0/16 | transport=tls type=local | any, port=80, any, true, false",
        "port=80 sni=a src=10.8.0.0/16 | port=80,           port=80, port=80, true,  false",
        "port=80 dst=10.1.1.1 | port=80 transport=tls,      port=80, port=80 dst=10.1.1.1, false, false",
    })
    void before_detection(String chains, String arrival, String opaque, boolean tls, boolean http)
            throws ChainConflictException {
        Arrival at = arrival(arrival);
        Candidates candidates = matcher(chains.split("\\|")).candidates(at.source(), at.destination());
        assertThat(name(candidates.opaque())).isEqualTo(opaque);
        assertThat(candidates.tls()).isEqualTo(tls);
        assertThat(candidates.http()).isEqualTo(http);
        assertThat(candidates.decided()).isEqualTo(!tls && !http);
    }

    @Test
    void where_all_ways_lead_to_the_same_answer_nothing_is_waited_for() throws ChainConflictException {
        ChainMatcher matcher = matcher("sni=a src=10.8.0.0/16", "transport=tls src=10.8.0.0/16");
        Arrival at = arrival("src=10.9.9.9");
        assertThat(matcher.candidates(at.source(), at.destination()).decided()).isTrue();
        Arrival inside = arrival("src=10.8.9.9");
        assertThat(matcher.candidates(inside.source(), inside.destination()).decided())
                .isFalse();
    }

    @Test
    void a_listener_that_does_not_inspect_never_waits_and_without_a_default_it_closes() throws ChainConflictException {
        Arrival at = arrival("port=80");
        ChainMatcher blind = new ChainMatcher(listener(Listener.Inspection.NONE, false, "transport=tls", "alpn=h2c"));
        assertThat(blind.candidates(at.source(), at.destination())).isEqualTo(new Candidates(null, false, false));
        assertThat(blind.match(at)).isNull();
    }

    @Test
    @DisplayName("what is said before detection holds for every detection (random listeners)")
    void decided_means_decided() throws ChainConflictException {
        Random random = new Random(3);
        String[][] words = {
            {"", "port=80", "port=81"},
            {"", "dst=10.1.1.1", "dst=10.1.0.0/16"},
            {"", "", "sni=a.b", "sni=*.b"},
            {"", "", "transport=tls", "transport=raw"},
            {"", "", "alpn=h2", "alpn=http/1.1", "alpn=h2c+istio"},
            {"", "", "type=local", "type=external"},
            {"", "", "src=10.9.9.9", "src=10.0.0.0/8"},
            {"", "", "sport=1"},
        };
        String[] detections = {
            "",
            "alpn=http/1.1",
            "alpn=h2c",
            "transport=tls",
            "transport=tls sni=a.b",
            "transport=tls sni=c.b alpn=h2",
            "transport=tls sni=x alpn=istio",
            "transport=tls alpn=http/1.1"
        };
        int decided = 0;
        int conflicts = 0;
        for (int i = 0; i < 3000; i++) {
            String[] chains = new String[1 + random.nextInt(4)];
            for (int c = 0; c < chains.length; c++) {
                StringBuilder text = new StringBuilder();
                for (String[] choice : words) {
                    text.append(random.nextInt(3) == 0 ? choice[random.nextInt(choice.length)] : "")
                            .append(' ');
                }
                chains[c] = text.toString();
            }
            ChainMatcher matcher;
            try {
                matcher = matcher(chains);
            } catch (ChainConflictException e) {
                conflicts++;
                continue;
            }
            for (String addresses : new String[] {"port=80", "port=80 src=10.1.1.1", "port=81 dst=10.2.2.2 sport=1"}) {
                Arrival opaque = arrival(addresses);
                Candidates candidates = matcher.candidates(opaque.source(), opaque.destination());
                assertThat(candidates.opaque()).isSameAs(matcher.match(opaque));
                for (String detection : detections) {
                    FilterChain found = matcher.match(arrival(addresses + " " + detection));
                    boolean looked = detection.contains("tls") ? candidates.tls() : candidates.http();
                    if (!looked && !(detection.contains("tls") && candidates.http())) {
                        assertThat(found)
                                .as("%s: %s %s", Arrays.toString(chains), addresses, detection)
                                .isSameAs(candidates.opaque());
                        decided++;
                    }
                }
            }
        }
        assertThat(decided).isGreaterThan(10_000);
        assertThat(conflicts).isBetween(10, 2000);
    }

    @ParameterizedTest
    @CsvSource({
        "port=80 | port=80,                           port=80,     port=80",
        "port=80 dst=10.0.0.0/8 | port=80 dst=10.5.0.0/8, port=80 dst=10.0.0.0/8, port=80 dst=10.5.0.0/8",
        "sni=a+b | sni=c+b,                         sni=a+b,   sni=c+b",
        "dst=10.1.1.1 | dst=10.1.1.1/32,              dst=10.1.1.1, dst=10.1.1.1/32",
    })
    void two_chains_for_the_same_connections_are_refused_and_both_named(String chains, String first, String second) {
        assertThatExceptionOfType(ChainConflictException.class)
                .isThrownBy(() -> matcher(chains.split("\\|")))
                .withMessageContaining("listener \"in\"")
                .satisfies(e ->
                        assertThat(List.of(e.listener(), e.first(), e.second())).containsExactly("in", first, second));
    }

    @ParameterizedTest
    @CsvSource({"sni=*", "sni=*a.b", "sni=a.*", "sni=*.", "sni=*.*.b"})
    void a_server_name_with_a_star_elsewhere_is_refused(String chain) {
        assertThatIllegalArgumentException().isThrownBy(() -> matcher(chain)).withMessageContaining(chain.substring(4));
    }

    @Test
    @DisplayName("P10: a thousand services, by port, by IPv4 and by IPv6 address, each found")
    void p10_a_thousand_services() throws ChainConflictException {
        String[] chains = new String[3000];
        for (int i = 0; i < 1000; i++) {
            chains[3 * i] = "port=" + (20_000 + i * 7 % 1000);
            chains[3 * i + 1] = "port=80 dst=10.7." + i / 250 + "." + i % 250;
            chains[3 * i + 2] = "port=80 dst=fd00::" + Integer.toHexString(i);
        }
        ChainMatcher matcher = matcher(chains);
        for (String chain : chains) {
            assertThat(name(matcher.match(arrival(chain)))).isEqualTo(chain);
        }
        assertThat(name(matcher.match(arrival("port=80 dst=10.7.9.9")))).isEqualTo("default");
        assertThat(name(matcher.match(arrival("port=19999")))).isEqualTo("default");
    }
}
