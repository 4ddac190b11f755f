package io.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.HttpConnectionManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpOptionsTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "'', true, -",
                "'http_protocol_options: {}', false, -",
                "'http_protocol_options: { accept_http_10: true }', true, -",
                "'http_protocol_options: { accept_http_10: true, default_host_for_http_10: old }', true, old",
            })
    void http_1_0_is_served_where_nothing_is_said_and_else_as_envoy_would_H_02(
            String options, boolean served, String host) {
        var listener = new Parsers(UnsupportedFields.rejected())
                .listener(Written.listener(Written.http(options, "{ match: { prefix: / }, route: { cluster: c } }")));
        HttpConnectionManager manager =
                (HttpConnectionManager) listener.chains().getFirst().terminal();
        assertThat(manager.http1()).isEqualTo(new HttpConnectionManager.Http1(served, host));
    }
}
