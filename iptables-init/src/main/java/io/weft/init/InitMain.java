package io.weft.init;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** {@code weft init}: redirects the traffic of the network namespace it is started in into the proxy. */
public final class InitMain {
    private InitMain() {}

    /**
     * Runs and ends the JVM.
     *
     * @param args istio-iptables' flags; exit status 0 when the rules are as asked for, 1 when they could not be set, 2
     *     for a flag that cannot be honoured, 126 when {@code --run-validation} found that they do not hold
     */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(new InitCommand(System.getenv(), out, err).execute(args));
    }
}
