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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickersTest {

    private static LoadBalancing policy(String name) {
        return switch (name) {
            case "round robin" -> ROUND_ROBIN;
            case "least request" -> LEAST_REQUEST;
            default -> RANDOM;
        };
    }

    private static Picker<Host> picker(LoadBalancing policy, List<Host> hosts, long seed) {
        return Pickers.of(
                policy, CALM, List.of(new Place<>(0, 0, hosts, List.of(), List.of(), hosts.size())), new Dice(seed));
    }

    @ParameterizedTest(name = "{0}, weights {1}")
    @DisplayName("LB-01: shares follow the weights within 2 % of all picks")
    @CsvSource({
        "round robin,   1 1 1 1",
        "round robin,   1 2 3 4",
        "round robin,   100 1",
        "round robin,   4294967 1 8589934",
        "least request, 1 1 1 1",
        "least request, 1 2 3 4",
        "least request, 90 10",
        "random,        1 1 1",
        "random,        1 2 3 4",
        "random,        1 1000 500 7 7",
    })
    void lb01_shares_follow_the_weights(String policy, String weights) {
        List<Host> hosts = hosts(numbers(weights));
        int picks = 100_000;
        run(picker(policy(policy), hosts, 7), picks);
        double sum = LongStream.of(numbers(weights)).sum();
        for (Host host : hosts) {
            assertThat(host.picked / (double) picks).isCloseTo(host.weight / sum, within(0.02));
        }
    }

    @ParameterizedTest(name = "weights {0}")
    @ValueSource(strings = {"5 1 1", "3 2", "1 1 1 1 1", "7 3 3 1", "20 30 50", "2 1 1 1 1 1 1"})
    void a_round_of_weighted_turns_is_exact_and_never_a_burst(String weights) {
        for (long seed = 0; seed < 50; seed++) {
            List<Host> hosts = hosts(numbers(weights));
            int sum = (int) LongStream.of(numbers(weights)).sum();
            Picker<Host> picker = picker(ROUND_ROBIN, hosts, seed);
            int[] longest = new int[hosts.size()];
            int[] since = new int[hosts.size()];
            for (int round = 1; round <= 3; round++) {
                for (int i = 0; i < sum; i++) {
                    Host picked = requireNonNull(picker.pick());
                    picked.picked++;
                    int index = hosts.indexOf(picked);
                    for (int h = 0; h < since.length; h++) {
                        since[h] = h == index ? 0 : since[h] + 1;
                        longest[h] = Math.max(longest[h], since[h]);
                    }
                }
                for (Host host : hosts) {
                    assertThat(host.picked)
                            .as("%s in round %d, seed %d", host, round, seed)
                            .isEqualTo(round * host.weight);
                }
            }
            for (int h = 0; h < longest.length; h++) {
                // Evenly spread, an endpoint waits at most about two of its own intervals.
                assertThat(longest[h])
                        .as("waiting of h%d", h)
                        .isLessThanOrEqualTo((int) (2L * sum / hosts.get(h).weight) + 1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 1 1 1", "3 2 2 2"})
    void many_proxies_do_not_all_begin_with_the_same_endpoint(String weights) {
        List<Host> hosts = hosts(numbers(weights));
        for (long seed = 0; seed < 400; seed++) {
            run(picker(ROUND_ROBIN, hosts, seed), 1);
        }
        assertThat(hosts).allSatisfy(host -> assertThat(host.picked).isBetween(40, 190));
    }

    /** Ten endpoints of which one takes 30 times as long, 20 requests always under way. */
    @ParameterizedTest(name = "{0}: slow endpoint gets {1} to {2} %")
    @DisplayName("LB-01: with least request a slow endpoint of ten gets less than 3 %")
    @CsvSource({"least request, 0, 3", "round robin, 9.9, 10.1", "random, 9, 11"})
    void lb01_least_request_avoids_the_slow_endpoint(String policy, double atLeast, double below) {
        List<Host> hosts = hosts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        Host slow = hosts.get(3);
        Picker<Host> picker = picker(policy(policy), hosts, 11);
        Dice service = new Dice(5);
        Map<Long, Deque<Host>> ends = new LinkedHashMap<>();
        int picks = 0;
        int underWay = 0;
        for (long tick = 0; picks < 50_000; tick++) {
            Deque<Host> done = ends.remove(tick);
            for (Host host : done == null ? new ArrayDeque<Host>() : done) {
                host.active--;
                underWay--;
            }
            for (; underWay < 20; underWay++) {
                Host host = requireNonNull(picker.pick());
                host.active++;
                host.picked++;
                picks++;
                long takes = (host == slow ? 30 : 1) * (5 + service.below(10));
                ends.computeIfAbsent(tick + takes, t -> new ArrayDeque<>()).add(host);
            }
        }
        assertThat(100.0 * slow.picked / picks).isBetween(atLeast, below);
    }

    @Test
    void where_weights_differ_least_request_still_counts_what_is_under_way() {
        List<Host> hosts = hosts(2, 1, 1);
        hosts.get(0).active = 9;
        run(picker(LEAST_REQUEST, hosts, 3), 22_000);
        // 2/10 against 1 and 1.
        assertThat(hosts.get(0).picked / 22_000.0).isCloseTo(0.2 / 2.2, within(0.02));
    }

    @ParameterizedTest
    @CsvSource({"1, 333", "2, 600", "9, 999"})
    void more_choices_find_an_idle_endpoint_more_often(int choices, int atLeast) {
        List<Host> hosts = hosts(1, 1, 1);
        hosts.get(0).active = 5;
        hosts.get(1).active = 5;
        run(picker(new LoadBalancing.LeastRequest(choices), hosts, 3), 1000);
        assertThat(hosts.get(2).picked).isGreaterThanOrEqualTo(atLeast - 40);
    }

    @Test
    @DisplayName("LB-12: one client, four servers, each 25 %")
    void lb12_each_of_four_gets_a_quarter() {
        for (LoadBalancing policy : List.of(ROUND_ROBIN, LEAST_REQUEST, RANDOM)) {
            List<Host> hosts = hosts(1, 1, 1, 1);
            run(picker(policy, hosts, 9), 40_000);
            assertThat(hosts).allSatisfy(host -> assertThat(host.picked / 400.0).isCloseTo(25, within(2.0)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"round robin", "least request", "random"})
    void endpoints_come_and_go_and_the_kept_ones_stay_the_same_objects(String policy) {
        Map<EndpointKey, Host> hosts = new LinkedHashMap<>();
        Dice dice = new Dice(1);
        for (int[] ports : new int[][] {{1, 2, 3}, {2, 3, 4}, {4}, {}, {4, 5, 6, 7}}) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int port : ports) {
                endpoints.add(endpoint(port, Health.HEALTHY));
            }
            List<Locality> told = List.of(new Locality("", "", "", 0, 0, endpoints));
            EndpointChange<Host> change = EndpointChange.between(hosts, told);
            change.kept()
                    .forEach(kept ->
                            assertThat(hosts.get(EndpointKey.of(kept.told()))).isSameAs(kept.candidate()));
            hosts.values().removeAll(change.removed());
            change.added()
                    .forEach(added -> hosts.put(
                            EndpointKey.of(added), new Host(added.address().toString(), 1)));
            assertThat(hosts).hasSize(ports.length);

            List<Place<Host>> places = told.stream()
                    .map(locality -> Place.of(locality, e -> requireNonNull(hosts.get(EndpointKey.of(e)))))
                    .toList();
            Picker<Host> picker = Pickers.of(policy(policy), CALM, places, dice);
            for (int i = 0; i < 1000; i++) {
                Host host = picker.pick();
                assertThat(host == null).isEqualTo(ports.length == 0);
                assertThat(host == null || hosts.containsValue(host)).isTrue();
            }
        }
    }

    @Test
    void weight_health_and_locality_may_change_without_losing_the_candidate_and_its_connections() {
        Endpoint before = endpoint(1, Health.HEALTHY);
        Endpoint after = new Endpoint(before.address(), 9, Health.DRAINING, "", Map.of());
        Endpoint otherTls = new Endpoint(before.address(), 1, Health.HEALTHY, "", Map.of("tlsMode", "istio"));
        Host host = new Host("a", 1);
        Map<EndpointKey, Host> old = Map.of(EndpointKey.of(before), host);

        assertThat(EndpointChange.between(old, List.of(new Locality("r", "z", "", 3, 5, List.of(after, after)))))
                .isEqualTo(new EndpointChange<>(List.of(new EndpointChange.Kept<>(host, after)), List.of(), List.of()));
        assertThat(EndpointChange.between(old, List.of(new Locality("", "", "", 0, 0, List.of(otherTls)))))
                .isEqualTo(new EndpointChange<>(List.of(), List.of(otherTls), List.of(host)));
    }

    @Test
    void extreme_weights_neither_overflow_nor_starve() {
        List<Host> hosts = hosts(4_294_967_295L, 1, 4_294_967_295L);
        for (LoadBalancing policy : List.of(ROUND_ROBIN, LEAST_REQUEST, RANDOM)) {
            hosts.forEach(host -> host.picked = 0);
            run(picker(policy, hosts, 2), 200_000);
            assertThat(hosts.get(0).picked / 200_000.0).isCloseTo(0.5, within(0.02));
            assertThat(hosts.get(2).picked / 200_000.0).isCloseTo(0.5, within(0.02));
        }
    }
}
