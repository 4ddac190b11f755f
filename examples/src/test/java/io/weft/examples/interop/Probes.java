package io.weft.examples.interop;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests as a text lists them, and what came of each, in a form that does not depend on ports, times or whose proxy it was:
 *
 * <pre>
 * $ curl ARGUMENTS       status, headers and body of one request
 * $ status ARGUMENTS     its status only, where the rest is a matter of time
 * $ names N ARGUMENTS    the first lines of the bodies of N requests, each once
 * $ grpc N METHOD        the answers, or codes, of N calls
 * </pre>
 */
final class Probes {
    private static final String PROMPT = "$ ";

    /** Different in every answer, the connection's own business, or a proxy's name. */
    private static final Set<String> NOT_COMPARED =
            Set.of("date", "server", "connection", "keep-alive", "transfer-encoding", "content-length");

    private static final String LOOPBACK = "127.0.0.1";
    private static final List<String> ADDRESSES = addresses();

    private final Map<String, String> values;
    private final int listen;

    /** @param values what stands for the names in the requests */
    Probes(Map<String, String> values, int listen) {
        this.values = values;
        this.listen = listen;
    }

    /** The lines with the requests, each followed by what is seen now. */
    String run(String text) {
        var seen = new StringBuilder();
        text.lines().filter(line -> line.startsWith(PROMPT)).forEach(line -> {
            seen.append(line).append('\n');
            List<String> words = List.of(fill(line).substring(PROMPT.length()).split(" "));
            List<String> arguments = words.subList(1, words.size());
            seen.append(hide(
                    switch (words.getFirst()) {
                        case "curl" -> answer(curl(arguments));
                        case "status" ->
                            answer(curl(arguments)).lines().findFirst().orElse("") + "\n";
                        case "names" -> names(arguments);
                        case "grpc" -> grpc(arguments);
                        default -> throw new IllegalArgumentException(line);
                    }));
        });
        return seen.toString();
    }

    private String fill(String text) {
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        return text;
    }

    /** The other way round, for what is different in every run. */
    private String hide(String text) {
        text = text.replaceAll("Hash=[0-9a-f]{64}", "Hash=HASH");
        // Where a call came over loopback, Envoy says the machine's own address instead.
        for (String address : ADDRESSES) {
            text = text.replaceAll("(?m)^(x-forwarded-for: .*)\\b" + Pattern.quote(address) + "$", "$1" + LOOPBACK);
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            if (value.getValue().length() > 3) {
                // Where it stands alone: the digits of a port may be part of another number too.
                text = text.replaceAll(
                        "(?<![A-Za-z0-9])" + Pattern.quote(value.getValue()) + "(?![A-Za-z0-9])",
                        Matcher.quoteReplacement("${" + value.getKey() + "}"));
            }
        }
        return text;
    }

    private static List<String> addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .toList();
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String names(List<String> arguments) {
        var names = new TreeSet<String>();
        for (int i = 0; i < Integer.parseInt(arguments.getFirst()); i++) {
            String answer = answer(curl(arguments.subList(1, arguments.size())));
            int body = answer.indexOf("\n\n");
            names.add(
                    body < 0
                            ? answer.lines().findFirst().orElse("")
                            : answer.substring(body + 2).lines().findFirst().orElse(""));
        }
        return String.join(" ", names) + "\n";
    }

    private String grpc(List<String> arguments) {
        var answers = new TreeSet<String>();
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", listen)
                .usePlaintext()
                .build();
        try {
            for (int i = 0; i < Integer.parseInt(arguments.getFirst()); i++) {
                try {
                    answers.add(GrpcName.call(channel, arguments.get(1)));
                } catch (StatusRuntimeException e) {
                    answers.add(e.getStatus().getCode().name());
                }
            }
        } finally {
            channel.shutdownNow();
        }
        return String.join(" ", answers) + "\n";
    }

    private static String curl(List<String> arguments) {
        var command = new ArrayList<>(List.of("curl", "-s", "-i", "-m", "8"));
        command.addAll(arguments);
        try {
            Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
            curl.getOutputStream().close();
            String out = new String(curl.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (!curl.waitFor(20, TimeUnit.SECONDS)) {
                curl.destroyForcibly();
            }
            return curl.exitValue() == 0 ? out : "curl failed\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Status, headers in the order of their names, an empty line, the body. */
    private static String answer(String raw) {
        int end = raw.indexOf("\r\n\r\n");
        if (end < 0) {
            return raw;
        }
        List<String> head = raw.substring(0, end).lines().toList();
        var text = new StringBuilder(
                head.getFirst().split(" ", 3)[0] + " " + head.getFirst().split(" ", 3)[1] + "\n");
        head.stream()
                .skip(1)
                .map(Probes::lowerName)
                .filter(Probes::compared)
                .sorted()
                .forEach(line -> text.append(line).append('\n'));
        text.append('\n');
        raw.substring(end + 4)
                .lines()
                .filter(Probes::compared)
                .forEach(line -> text.append(line).append('\n'));
        return text.toString().stripTrailing() + "\n";
    }

    private static String lowerName(String header) {
        int colon = header.indexOf(':');
        return header.substring(0, colon).toLowerCase(Locale.ROOT) + header.substring(colon);
    }

    /** Also used for the headers that a server saw, which stand in the body. */
    private static boolean compared(String header) {
        int colon = header.indexOf(": ");
        String name = colon < 0 ? "" : header.substring(0, colon);
        return !NOT_COMPARED.contains(name) && !name.startsWith("x-envoy-") && !name.equals("x-request-id");
    }
}
