package io.weft.proxy.balance;

import static io.weft.proxy.balance.Hosts.CALM;
import static io.weft.proxy.balance.Hosts.LEAST_REQUEST;
import static io.weft.proxy.balance.Hosts.RANDOM;
import static io.weft.proxy.balance.Hosts.ROUND_ROBIN;
import static io.weft.proxy.balance.Hosts.endpoint;
import static io.weft.proxy.balance.Hosts.hosts;
import static io.weft.proxy.balance.Hosts.numbers;
import static io.weft.proxy.balance.Hosts.run;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weft.proxy.config.Cluster.Endpoint;
import io.weft.proxy.config.Cluster.Health;
import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Locality;
import io.weft.proxy.config.Cluster.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Load over priorities, localities and health. */
class SpreadTest {

    /**
     * Each locality as priority/weight/health letters (h healthy, d degraded, D draining, u unhealthy); then the percent
     * of picks that each one's endpoints get together, "-" for no pick at all.
     */
    @ParameterizedTest(name = "{0} gets {1}")
    @DisplayName("LB-08, LB-09, LB-13: load over priorities, localities and health")
    @CsvSource({
        "0/0/hh,                    100",
        "0/0/hhu,                   100",
        "0/0/uu,                    -",
        "0/0/DD,                    -",
        "0/0/hDu,                   100",
        "0/0/,                      -",
        "0/0/hh 1/0/hh,             100 0",
        "0/0/uu 1/0/hh,             0 100",
        "0/0/hhhu 1/0/hh,           100 0",
        "0/0/huuu 1/0/hh,           35 65",
        "0/0/hu 1/0/hu,             70 30",
        "0/0/uuuh 1/0/uuuu,         100 0",
        "0/0/uuuh 1/0/uuuu 2/0/uh,  33 0 67",
        "0/0/hhdd,                  100",
        "0/0/dd,                    100",
        "0/0/hudd 1/0/hh,           35 65",
        "0/0/hd 1/0/ud,             100 0",
        "0/1/hh 0/3/hh,             25 75",
        "0/0/h 0/0/hhh,             25 75",
        "0/1/h 0/0/hhh,             100 0",
        "0/1/hu 0/1/hh,             41 59",
        "0/1/uu 0/9/hh,             0 100",
        "0/9/uu 0/1/hh 1/1/hh,      0 70 30",
    })
    void lb08_load_over_priorities_localities_and_health(String localities, String shares) {
        List<Locality> told = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String text : localities.split(" ")) {
            String[] part = (text + " ").split("/");
            List<Endpoint> endpoints = new ArrayList<>();
            for (char letter : part[2].trim().toCharArray()) {
                endpoints.add(endpoint(
                        told.size() * 100 + endpoints.size(),
                        switch (letter) {
                            case 'h' -> Health.HEALTHY;
                            case 'd' -> Health.DEGRADED;
                            case 'D' -> Health.DRAINING;
                            default -> Health.UNHEALTHY;
                        }));
            }
            names.add("l" + told.size());
            told.add(new Locality("", "", "", Integer.parseInt(part[0]), Long.parseLong(part[1]), endpoints));
        }
        Map<String, Integer> picked = new LinkedHashMap<>();
        List<Place<Host>> places = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            String name = names.get(i);
            picked.put(name, 0);
            places.add(Place.of(told.get(i), endpoint -> new Host(name, endpoint.weight())));
        }
        for (LoadBalancing policy : List.of(ROUND_ROBIN, LEAST_REQUEST, RANDOM)) {
            picked.replaceAll((name, none) -> 0);
            Picker<Host> picker = Pickers.of(policy, CALM, places, new Dice(42));
            boolean none = false;
            for (int i = 0; i < 20_000; i++) {
                Host host = picker.pick();
                none |= host == null;
                if (host != null) {
                    picked.merge(host.name, 1, Integer::sum);
                }
            }
            assertThat(none).isEqualTo(shares.equals("-"));
            if (!none) {
                long[] expected = numbers(shares);
                for (int i = 0; i < expected.length; i++) {
                    int share = requireNonNull(picked.get("l" + i));
                    assertThat(share / 200.0)
                            .as("%s with %s", "l" + i, policy)
                            .isCloseTo((double) expected[i], within(1.6));
                }
            }
        }
    }

    /** Levels as health letters, split by |; then the percent that endpoints of a letter and level get. */
    @ParameterizedTest(name = "below {0} %: {1} gets {2}")
    @DisplayName("LB-09: in panic unhealthy endpoints are used as well, draining ones never")
    @CsvSource({
        "50, huuu,        h0=25 u0=75",
        "50, hhuu,        h0=100",
        "50, hduu,        h0=50 d0=50",
        "51, hduu,        h0=25 d0=25 u0=50",
        "0,  huuu,        h0=100",
        "0,  uuuu,        ",
        "50, uuuD,        u0=100",
        "50, DDDD,        ",
        "50, DD|uu,       u1=100",
        "50, uu|uu,       u0=100",
        "50, huuu|hhhh,   h0=35 h1=65",
        "50, huuu|hhuu,   h0=35 h1=65",
        "50, huuu|huuu,   h0=12.5 u0=37.5 h1=12.5 u1=37.5",
        "50, hhuu|uuuu,   h0=100",
        "50, huuu|hhuuu,  h0=11.1 u0=33.3 h1=22.2 u1=33.3",
    })
    void lb09_panic(double threshold, String levels, @Nullable String expected) {
        List<Place<Host>> places = new ArrayList<>();
        Map<String, Integer> picked = new LinkedHashMap<>();
        for (String letters : levels.split("\\|")) {
            int priority = places.size();
            Map<Character, List<Host>> hosts = new LinkedHashMap<>();
            for (int i = 0; i < letters.length(); i++) {
                char letter = letters.charAt(i);
                hosts.computeIfAbsent(letter, l -> new ArrayList<>()).add(new Host("" + letter + priority, 1));
            }
            places.add(new Place<>(
                    priority,
                    0,
                    hosts.getOrDefault('h', List.of()),
                    hosts.getOrDefault('d', List.of()),
                    hosts.getOrDefault('u', List.of()),
                    letters.length()));
        }
        Picker<Host> picker = Pickers.of(RANDOM, new Spread(threshold, false), places, new Dice(4));
        for (int i = 0; i < 20_000; i++) {
            Host host = picker.pick();
            picked.merge(host == null ? "nobody" : host.name, 1, Integer::sum);
        }
        String shares = expected == null ? "nobody=100" : expected;
        assertThat(picked).hasSize(shares.split(" ").length);
        for (String share : shares.split(" ")) {
            String[] part = share.split("=");
            assertThat(picked.getOrDefault(part[0], 0) / 200.0)
                    .as(part[0])
                    .isCloseTo(Double.parseDouble(part[1]), within(1.5));
        }
    }

    @Test
    void weights_of_localities_have_no_meaning_where_they_are_not_weighed() {
        List<Host> hosts = hosts(1, 1, 1, 1);
        List<Place<Host>> places = List.of(
                new Place<>(0, 0, hosts.subList(0, 1), List.of(), List.of(), 1),
                new Place<>(0, 9, hosts.subList(1, 4), List.of(), List.of(), 3));
        run(Pickers.of(ROUND_ROBIN, Spread.DEFAULT, places, new Dice(1)), 400);
        assertThat(hosts).allSatisfy(host -> assertThat(host.picked).isEqualTo(100));
    }
}
