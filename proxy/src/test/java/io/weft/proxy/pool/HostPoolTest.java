package io.weft.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Cluster;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostPoolTest {

    private final List<String> heard = new ArrayList<>();
    private final ConnectionLimit.Counts counts = new ConnectionLimit.Counts();
    private final List<Runnable> reminders = new ArrayList<>();
    private int dials;

    private HostPool pool(boolean multiplexed, int maxConnections, int maxPending) {
        HostPool.Connector connector = new HostPool.Connector() {
            @Override
            public void connect(HostPool asked) {
                dials++;
            }

            @Override
            public void remind(Runnable task, long nanos) {
                reminders.add(task);
            }
        };
        return new HostPool(
                connector,
                new ConnectionLimit(counts, new Cluster.Limits(maxConnections, maxPending, 1024)),
                RequestLimit.NONE,
                multiplexed);
    }

    /** A connection of as much room as it is given; only its room matters to a pool. */
    private static final class Fake implements PooledConnection {
        private int room;
        private boolean drained;

        Fake(int room) {
            this.room = room;
        }

        @Override
        public int room() {
            return room;
        }

        @Override
        public io.weft.proxy.http.Upstream open(io.weft.proxy.http.ResponseReceiver receiver) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void drain() {
            drained = true;
        }
    }

    private StreamReceiver asker(String name) {
        return new StreamReceiver() {
            @Override
            public void ready(PooledConnection connection) {
                ((Fake) connection).room--;
                heard.add(name);
            }

            @Override
            public void failed(Failure failure) {
                heard.add(name + " " + failure.kind() + " " + failure.details());
            }
        };
    }

    private void acquire(HostPool pool, String... names) {
        for (String name : names) {
            pool.acquire(asker(name));
        }
    }

    @Test
    void many_share_a_multiplexed_connection_and_only_one_is_dialled_at_a_time() {
        HostPool pool = pool(true, 10, 10);
        acquire(pool, "a", "b", "c", "d", "e");
        assertThat(dials).isEqualTo(1);
        Fake first = new Fake(3);
        pool.connected(first);
        assertThat(heard).containsExactly("a", "b", "c");
        assertThat(dials).as("one was not enough").isEqualTo(2);
        first.room = 1;
        pool.released(first);
        assertThat(heard).containsExactly("a", "b", "c", "d");
        pool.connected(new Fake(3));
        assertThat(heard).containsExactly("a", "b", "c", "d", "e");
        assertThat(dials).isEqualTo(2);
    }

    @Test
    void at_the_limit_of_connections_requests_wait_for_room() {
        for (boolean multiplexed : new boolean[] {true, false}) {
            heard.clear();
            HostPool pool = pool(multiplexed, 1, 2);
            pool.acquire(asker("a"));
            Fake only = new Fake(1);
            pool.connected(only);
            pool.acquire(asker("b"));
            pool.acquire(asker("c"));
            pool.acquire(asker("d"));
            assertThat(heard).containsExactly("a", "d OVERFLOW max_pending_requests");
            only.room = 1;
            pool.released(only);
            only.room = 1;
            pool.released(only);
            assertThat(heard).containsExactly("a", "d OVERFLOW max_pending_requests", "b", "c");
        }
    }

    @Test
    void pools_share_the_limit_of_their_cluster_but_none_stays_without_a_connection_R_04() {
        HostPool one = pool(false, 2, 3);
        HostPool other = pool(false, 2, 3);
        one.acquire(asker("a"));
        one.acquire(asker("b"));
        other.acquire(asker("c"));
        assertThat(dials)
                .as("one beyond the limit, for an endpoint that has none")
                .isEqualTo(3);
        Fake ofOther = new Fake(1);
        other.connected(ofOther);
        other.acquire(asker("d"));
        assertThat(dials).as("no second one").isEqualTo(3);
        other.acquire(asker("e"));
        assertThat(heard).containsExactly("c", "e OVERFLOW max_pending_requests");
        one.connected(new Fake(1));
        Fake second = new Fake(1);
        one.connected(second);
        one.retired(second);
        other.acquire(asker("f"));
        assertThat(dials).as("still three are there or waited for").isEqualTo(3);
        other.retired(ofOther);
        assertThat(dials).as("d and f want one; now there is room").isEqualTo(4);
    }

    @Test
    void a_full_connection_that_ends_makes_room_for_another_to_be_made() {
        HostPool pool = pool(true, 1, 10);
        pool.acquire(asker("a"));
        Fake only = new Fake(1);
        pool.connected(only);
        pool.acquire(asker("b"));
        assertThat(dials).isEqualTo(1);
        pool.retired(only);
        assertThat(dials).isEqualTo(2);
        pool.connected(new Fake(1));
        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void an_exchange_that_fails_within_being_opened_may_ask_again() {
        HostPool pool = pool(true, 10, 10);
        Fake connection = new Fake(5);
        pool.acquire(asker("first"));
        pool.connected(connection);
        pool.acquire(new StreamReceiver() {
            @Override
            public void ready(PooledConnection given) {
                pool.acquire(asker("again"));
                pool.released(given);
            }

            @Override
            public void failed(Failure failure) {}
        });
        assertThat(heard).containsExactly("first", "again");
        pool.retired(connection);
        pool.acquire(asker("later"));
        assertThat(heard).as("the pool held it once").containsExactly("first", "again");
        assertThat(dials).isEqualTo(2);
    }

    @Test
    void a_dial_that_fails_disappoints_all_who_could_share_it_and_else_only_the_first() {
        StreamReceiver.Failure failure = new StreamReceiver.Failure(StreamReceiver.Failure.Kind.CONNECT, "refused");
        HostPool shared = pool(true, 10, 10);
        shared.acquire(asker("a"));
        shared.acquire(asker("b"));
        shared.connectFailed(failure);
        HostPool single = pool(false, 10, 10);
        single.acquire(asker("c"));
        single.acquire(asker("d"));
        single.connectFailed(failure);
        assertThat(heard).containsExactly("a CONNECT refused", "b CONNECT refused", "c CONNECT refused");
    }

    @Test
    void a_closed_pool_drains_what_it_has_and_what_still_comes() {
        HostPool pool = pool(true, 10, 10);
        Fake early = new Fake(5);
        pool.acquire(asker("a"));
        pool.connected(early);
        pool.close();
        pool.acquire(asker("b"));
        Fake late = new Fake(5);
        pool.connected(late);
        assertThat(early.drained).isTrue();
        assertThat(late.drained).isTrue();
        assertThat(heard).containsExactly("a", "b GONE endpoint_removed");
    }

    @Test
    void a_burst_has_two_connections_made_at_a_time_and_is_served_by_those_that_come_back() {
        HostPool pool = pool(false, 100, 100);
        acquire(pool, "a", "b", "c", "d", "e");
        assertThat(dials).isEqualTo(2);
        Fake first = new Fake(1);
        pool.connected(first);
        assertThat(dials).as("c, d and e still wait").isEqualTo(3);
        for (int i = 0; i < 4; i++) {
            first.room = 1;
            pool.released(first);
        }
        assertThat(heard).containsExactly("a", "b", "c", "d", "e");
        pool.connected(new Fake(1));
        pool.connected(new Fake(1));
        assertThat(dials).as("nobody waits any more").isEqualTo(3);
    }

    @Test
    void who_waits_for_long_has_a_connection_made_whatever_the_others_do() {
        HostPool pool = pool(false, 100, 100);
        acquire(pool, "a", "b", "c", "d", "e");
        assertThat(reminders).as("one for all").hasSize(1);
        reminders.getFirst().run();
        assertThat(dials).isEqualTo(5);
        acquire(pool, "f", "g");
        assertThat(dials).isEqualTo(5);
        assertThat(reminders).hasSize(2);
        reminders.getLast().run();
        assertThat(dials).isEqualTo(7);
    }

    @Test
    void where_connections_do_not_come_back_each_request_has_its_own_made_at_once() {
        HostPool pool = pool(false, 100, 100);
        pool.acquire(asker("a"));
        Fake once = new Fake(1);
        pool.connected(once);
        pool.retired(once);
        acquire(pool, "b", "c", "d", "e");
        assertThat(dials).isEqualTo(5);
        Fake kept = new Fake(1);
        pool.connected(kept);
        kept.room = 1;
        pool.released(kept);
        acquire(pool, "f", "g", "h", "i");
        assertThat(dials).as("they do again").isEqualTo(5);
    }

    @Test
    void a_reminder_that_comes_when_nobody_waits_or_all_is_closed_does_nothing() {
        HostPool pool = pool(false, 100, 100);
        acquire(pool, "a", "b", "c");
        pool.close();
        reminders.getFirst().run();
        assertThat(dials).isEqualTo(2);
    }

    @Test
    void a_connection_that_ends_unused_says_nothing_of_those_that_are_used() {
        HostPool pool = pool(false, 100, 100);
        acquire(pool, "a");
        Fake kept = new Fake(1);
        pool.connected(kept);
        kept.room = 1;
        pool.released(kept);
        pool.retired(kept);
        acquire(pool, "b", "c", "d");
        assertThat(dials).as("two at a time").isEqualTo(3);
    }
}
