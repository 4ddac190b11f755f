package io.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.AccessLog;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.exchange.Records;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tls.PeerCertificate;
import io.weft.proxy.tls.TlsSession;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("O-08: formats of access logs")
class LogFormatTest {

    private static final Instant ENDED = Instant.parse("2026-11-24T10:00:00.123456789Z");
    private static final long NOW = Records.BEGAN + 25_000_000;

    private static String text(String format, LogEntry entry) {
        LineBuffer out = new LineBuffer();
        LogFormat.compile(new AccessLog.Format.Text(format)).write(entry, out);
        return out.toString();
    }

    private static LogEntry entry(Records records) {
        ExchangeRecord record = records.record();
        return new LogEntry(record.connection(), record, null, NOW, ENDED);
    }

    private static LogEntry ordinary() {
        return entry(Records.of(secured(Records.connection()))
                .request(
                        "GET",
                        "/cart?id=1",
                        "host",
                        "shop.default",
                        "user-agent",
                        "curl/8",
                        "x-request-id",
                        "0f",
                        "x-forwarded-for",
                        "10.9.9.9")
                .to("outbound|80||shop.default.svc.cluster.local", "default")
                .answered(200, "content-type", "text/html", "x-envoy-upstream-service-time", "999")
                .bytes(3, 1024));
    }

    private static Connection secured(Connection connection) {
        connection.secured(new TlsSession(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                "X25519MLKEM768",
                "istio",
                "shop.default",
                new PeerCertificate(
                        SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/cart"),
                        List.of("spiffe://cluster.local/ns/shop/sa/cart"),
                        List.of(),
                        List.of(),
                        List.of(),
                        "CN=a\nb",
                        "O=weft",
                        "1f",
                        "ab",
                        Instant.EPOCH,
                        Instant.EPOCH,
                        "",
                        ""),
                SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web")));
        return connection;
    }

    @Test
    void envoys_default_format_gives_envoys_line() {
        assertThat(text(LogFormat.ENVOY, ordinary()))
                .isEqualTo("[2026-11-24T10:00:00.098Z] \"GET /cart?id=1 HTTP/1.1\" 200 - 3 1024 25 19 \"10.9.9.9\" "
                        + "\"curl/8\" \"0f\" \"shop.default\" \"-\"\n");
    }

    @Test
    void istios_default_format_gives_istios_line() {
        assertThat(text(LogFormat.ISTIO, ordinary()))
                .isEqualTo(
                        "[2026-11-24T10:00:00.098Z] \"GET /cart?id=1 HTTP/1.1\" 200 - via_upstream - \"-\" 3 1024 25 "
                                + "19 \"10.9.9.9\" \"curl/8\" \"0f\" \"shop.default\" \"-\" "
                                + "outbound|80||shop.default.svc.cluster.local - 10.1.0.9:8080 10.1.0.7:51000 - default\n");
    }

    @Test
    @DisplayName("H-19: a denial names the policy")
    void a_denied_request_has_a_line_that_names_the_policy() {
        LogEntry denied = entry(Records.of(Records.connection())
                .details("rbac_access_denied_matched_policy[ns[shop]-policy[no admin]-rule[0]]")
                .refused(403));

        assertThat(text("%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%", denied))
                .isEqualTo("403 rbac_access_denied_matched_policy[ns[shop]-policy[no_admin]-rule[0]]\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "%REQ(:METHOD)% %REQ(:PATH):5% %REQ(:SCHEME)%;GET /cart http",
                "%REQ(NONE?USER-AGENT)% %REQ(NONE?ALSO-NONE)%;curl/8 -",
                "%RESP(CONTENT-TYPE)% %RESP(NONE)%;text/html -",
                "%START_TIME(%Y/%m/%dT%H:%M:%S%z %s %3f)%;2026/11/24T10:00:00+0000 1795514400 098",
                "%START_TIME(%f %6f %1f)%;098456789 098456 0",
                "%START_TIME(%a %e %b %I:%M %p %j %F %T %y %%)%;Tue 24 Nov 10:00 AM 328 2026-11-24 10:00:00 26 %",
                "%EMIT_TIME%;2026-11-24T10:00:00.123Z",
                "100%% %PROTOCOL%;100% HTTP/1.1",
                "%DURATION% %REQUEST_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION%;25 1 20 5",
                "%CONNECTION_ID% %UPSTREAM_REQUEST_ATTEMPT_COUNT%;42 0",
                "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%;10.1.0.7 51000",
                "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%;10.1.0.9 8080",
                "%DOWNSTREAM_DIRECT_LOCAL_ADDRESS% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS%;10.1.0.9:15006 10.1.0.7:51000",
                "%DOWNSTREAM_PEER_URI_SAN%;spiffe://cluster.local/ns/shop/sa/cart",
                "%DOWNSTREAM_LOCAL_URI_SAN%;spiffe://cluster.local/ns/shop/sa/web",
                "%DOWNSTREAM_TLS_VERSION% %DOWNSTREAM_TLS_GROUP%;TLSv1.3 X25519MLKEM768",
                "%DOWNSTREAM_TLS_CIPHER% %DOWNSTREAM_PEER_ISSUER%;TLS_AES_128_GCM_SHA256 O=weft",
                "%UPSTREAM_PEER_URI_SAN% %UPSTREAM_TLS_VERSION% %UPSTREAM_HOST%;- - -",
                "%VIRTUAL_CLUSTER_NAME% %FILTER_CHAIN_NAME% %REQUESTED_SERVER_NAME%;- - -",
            })
    void an_operator_gives_its_value(String format, String expected) {
        assertThat(text(format, ordinary())).isEqualTo(expected + "\n");
    }

    @Test
    void flags_are_joined_in_short_and_long_form() {
        LogEntry entry =
                entry(Records.of(Records.connection()).flag(ResponseFlag.UF).flag(ResponseFlag.URX));

        assertThat(text("%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%", entry))
                .isEqualTo("UF,URX UpstreamConnectionFailure,UpstreamRetryLimitExceeded\n");
    }

    @Test
    void a_connection_without_an_exchange_has_dashes_for_what_only_http_knows() {
        Connection connection = Records.connection();
        connection.received(7);
        connection.sent(9);
        connection.details("rbac_access_denied_matched_policy[none]");
        LogEntry entry = new LogEntry(connection, null, null, connection.began() + 1_000_000, ENDED);

        assertThat(text(
                        "%REQ(:METHOD)% %PROTOCOL% %RESPONSE_CODE% %CONNECTION_TERMINATION_DETAILS% "
                                + "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(SERVER)% %ROUTE_NAME%",
                        entry))
                .isEqualTo("- - 0 rbac_access_denied_matched_policy[none] 7 9 1 - -\n");
    }

    @Test
    @DisplayName("E12, O7: what a client sends cannot end a line, a quote or a terminal's patience")
    void text_from_the_network_is_escaped() {
        Connection connection = secured(Records.connection());
        connection.requestedServerName("a\u001b[2Jb");
        LogEntry entry = entry(
                Records.of(connection).request("GET", "/x\" 200 \\ \u00e9", "user-agent", "a\r\nb\tc\u0000d\u007f"));

        assertThat(text("\"%REQ(:PATH)%\" %REQ(USER-AGENT)% %REQUESTED_SERVER_NAME% %DOWNSTREAM_PEER_SUBJECT%", entry))
                .isEqualTo("\"/x\\\" 200 \\\\ \\xe9\" a\\r\\nb\\tc\\x00d\\x7f a\\x1b[2Jb CN=a\\nb\n");
    }

    @Test
    void json_members_keep_their_order_and_types() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("code", "%RESPONSE_CODE%");
        fields.put("a \"key\"", "%REQ(:METHOD)% \"%PROTOCOL%\"");
        fields.put("none", "%REQ(X-NONE)%");
        fields.put("mixed", "%DURATION%ms %REQ(X-NONE)%");
        fields.put("text", "plain");
        fields.put("agent", "%REQ(USER-AGENT)%");
        LogFormat format = LogFormat.compile(new AccessLog.Format.Json(fields, List.copyOf(fields.keySet())));
        LineBuffer out = new LineBuffer();
        format.write(
                entry(Records.of(Records.connection())
                        .request("GET", "/", "user-agent", "\"\u0001\n\u00e9")
                        .answered(200)),
                out);

        assertThat(out)
                .hasToString("{\"code\":200,\"a \\\"key\\\"\":\"GET \\\"HTTP/1.1\\\"\",\"none\":null,"
                        + "\"mixed\":\"25ms -\",\"text\":\"plain\",\"agent\":\"\\\"\\u0001\\n\\u00e9\"}\n");
    }

    @Test
    void a_value_is_cut_where_it_would_be_longer_than_a_log_is_good_for() {
        LogEntry entry = entry(Records.of(Records.connection()).request("GET", "/" + "a".repeat(50_000)));

        assertThat(text("%REQ(:PATH)%", entry)).hasSize(LineBuffer.MAX_VALUE + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a %NO_SUCH_THING% b;access log format at character 2: unknown operator NO_SUCH_THING",
                "%DYNAMIC_METADATA(a:b)%;access log format at character 0: operator DYNAMIC_METADATA is not supported",
                "%TRAILER(X)%;access log format at character 0: operator TRAILER is not supported",
                "%DURATION(x)%;access log format at character 0: operator DURATION takes no argument",
                "%REQ%;access log format at character 0: expected the name of a header in parentheses",
                "%REQ(A?B?C)%;access log format at character 0: expected one header and at most one alternative, got A?B?C",
                "50% of;access log format at character 2: expected %NAME%, %NAME(argument)% or %% for a percent sign",
                "%REQ(A;access log format at character 0: expected a closing parenthesis",
                "%REQ(A):x%;access log format at character 0: expected a length of 1 to 9 digits behind the colon",
                "%START_TIME(%Q)%;time format \"%Q\": specifier at 1 is not supported, expected one of "
                        + "YymdeHIMSpbajFTszZf% behind a percent sign",
            })
    void an_operator_that_is_not_known_is_named(String format, String problem) {
        assertThat(LogFormat.check(format)).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {LogFormat.ENVOY, LogFormat.ISTIO, "", "%HOSTNAME% %UPSTREAM_CLUSTER%"})
    void a_good_format_has_no_problem(String format) {
        assertThat(LogFormat.check(format)).isEmpty();
    }
}
