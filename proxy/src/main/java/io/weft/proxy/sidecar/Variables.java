package io.weft.proxy.sidecar;

import io.weft.proxy.config.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The environment, read strictly: what cannot be understood is remembered as a problem and never taken for a default. */
final class Variables {

    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    Variables(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** The same problems, with further variables that stand where the environment has none. */
    Map<String, String> environment() {
        return environment;
    }

    /** Empty counts as not set, as in Istio. */
    @Nullable
    String text(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    String text(String name, String otherwise) {
        String value = text(name);
        return value == null ? otherwise : value;
    }

    <T> T parsed(String name, T otherwise, Function<String, T> parser) {
        String value = text(name);
        return value == null ? otherwise : parsed(name, value, otherwise, parser);
    }

    /** @param where what the value is called in a problem */
    <T> T parsed(String where, String value, T otherwise, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            problem(where + ": " + e.getMessage());
            return otherwise;
        }
    }

    boolean flag(String name, boolean otherwise) {
        return parsed(name, otherwise, value -> switch (value) {
            case "true", "1", "t", "T", "TRUE", "True" -> true;
            case "false", "0", "f", "F", "FALSE", "False" -> false;
            default -> throw new IllegalArgumentException("\"" + value + "\": expected true or false");
        });
    }

    int port(String name, int otherwise) {
        return parsed(name, otherwise, Variables::port);
    }

    void problem(String text) {
        problems.add(text);
    }

    void check() {
        if (!problems.isEmpty()) {
            throw new InvalidEnvironment(problems);
        }
    }

    static int port(String text) {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("\"" + text + "\": expected a port from 1 to 65535");
        }
        return port;
    }

    /** {@code host:port}; an IPv6 address stands in brackets. */
    static Address.Socket address(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\": expected an IPv6 address in brackets");
        }
        if (host.isEmpty() || host.indexOf('/') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\": expected host:port");
        }
        return new Address.Socket(host, port(text.substring(colon + 1)));
    }

    static double share(String text) {
        double share;
        try {
            share = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            share = Double.NaN;
        }
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("\"" + text + "\": expected a number from 0 to 1");
        }
        return share;
    }
}
