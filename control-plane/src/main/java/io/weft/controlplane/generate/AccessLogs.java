package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import java.util.List;

/** A line for every request and connection on the proxy's standard output, in Istio's default format. */
final class AccessLogs {
    private static final String FORMAT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
                    + "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
                    + "\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
                    + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
                    + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER% "
                    + "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
                    + "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    private AccessLogs() {}

    static List<AccessLog> of(View.Surroundings surroundings) {
        if (!surroundings.accessLog()) {
            return List.of();
        }
        // Not the file /dev/stdout: it cannot be opened where another account than the proxy's began the output.
        var stdout = StdoutAccessLog.newBuilder()
                .setLogFormat(SubstitutionFormatString.newBuilder()
                        .setTextFormatSource(DataSource.newBuilder().setInlineString(FORMAT)));
        return List.of(AccessLog.newBuilder()
                .setName("envoy.access_loggers.stdout")
                .setTypedConfig(Xds.any(stdout.build()))
                .build());
    }
}
