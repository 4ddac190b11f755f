package io.weft.examples.bench;

import io.weft.examples.lab.Pair;
import java.util.List;
import java.util.concurrent.Callable;

/** Where client and server stand, and how the one reaches the other. Each side has a loopback address, {@link #LOCAL}. */
sealed interface Ground extends AutoCloseable {
    String LOCAL = "127.0.0.1";

    /** As the report says it. */
    String title();

    /** Where the client's side reaches the server's side. */
    String server();

    /** What a server listens on that both sides are to reach. */
    String reachable();

    /** An address of the server's side of which there are many: {@code service} to 999, {@code number} from 1 to 250. */
    String one(int service, int number);

    /** A command that runs on the server's side; all others run on the client's. */
    List<String> atServer(List<String> command);

    /** Runs all that belongs to the client's side. */
    <T> T atClient(Callable<T> work) throws Exception;

    @Override
    void close();

    /** All on loopback, which needs no privilege. */
    record Loopback() implements Ground {
        @Override
        public String title() {
            return "client and server on loopback";
        }

        @Override
        public String server() {
            return LOCAL;
        }

        @Override
        public String reachable() {
            return LOCAL;
        }

        @Override
        public String one(int service, int number) {
            return "127." + (100 + service / 250) + "." + service % 250 + "." + number;
        }

        @Override
        public List<String> atServer(List<String> command) {
            return command;
        }

        @Override
        public <T> T atClient(Callable<T> work) throws Exception {
            return work.call();
        }

        @Override
        public void close() {}
    }

    /** Two network namespaces. */
    record Namespaces(Pair pair) implements Ground {
        static Namespaces open() {
            var namespaces = new Namespaces(Pair.open());
            namespaces.pair.serverHas("10.100.0.0/14");
            return namespaces;
        }

        @Override
        public String title() {
            return "client and server in two network namespaces, joined by a veth pair";
        }

        @Override
        public String server() {
            return Pair.SERVER;
        }

        @Override
        public String reachable() {
            return "0.0.0.0";
        }

        @Override
        public String one(int service, int number) {
            return "10." + (100 + service / 250) + "." + service % 250 + "." + number;
        }

        @Override
        public List<String> atServer(List<String> command) {
            return pair.atServer(command);
        }

        @Override
        public <T> T atClient(Callable<T> work) throws Exception {
            return pair.atClient(work);
        }

        @Override
        public void close() {
            pair.close();
        }
    }
}
