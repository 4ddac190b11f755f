package io.weft.examples;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;

/** Which slice a class of the proxy belongs to: its package, or the knot of packages that know each other. */
final class ProxySlices implements SliceAssignment {

    private static final String PROXY = "io.weft.proxy.";
    private static final Set<String> KNOT = Set.of("listen", "exchange", "cluster");

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
        String name = javaClass.getPackageName();
        if (!name.startsWith(PROXY)) {
            return SliceIdentifier.ignore();
        }
        String part = name.substring(PROXY.length());
        int dot = part.indexOf('.');
        String slice = dot < 0 ? part : part.substring(0, dot);
        return SliceIdentifier.of(KNOT.contains(slice) ? "listen, exchange and cluster" : slice);
    }

    @Override
    public String getDescription() {
        return "packages of the proxy, with listen, exchange and cluster as one";
    }
}
