package io.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.xds.parse.DataSources;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapFilesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "front-proxy.yaml",
                "tcp-sni.yaml",
                "tls-termination.yaml",
                "tls-origination.yaml",
                "weighted-grpc.yaml",
                "sidecar.yaml",
                "capture.yaml",
                "envoy.json"
            })
    void a_file_as_people_write_it_loads(String file) {
        assertThat(load(file)).isNotNull();
    }

    static Bootstrap load(String file) {
        return BootstrapFile.read(
                Path.of("src/test/resources/bootstrap", file), new Parsers(UnsupportedFields.rejected(), new Host()));
    }

    /** A host with one certificate and one variable. */
    record Host() implements DataSources {
        @Override
        public byte[] file(String path) throws IOException {
            return "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public @Nullable String environment(String name) {
            return name.equals("BANK_ROOTS") ? "-----BEGIN CERTIFICATE-----\n" : null;
        }
    }
}
