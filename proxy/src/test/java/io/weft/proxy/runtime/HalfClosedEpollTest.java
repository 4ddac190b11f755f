package io.weft.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HalfClosedEpollTest {

    /** Remembers what is asked of epoll. */
    private static final class Recording implements IoHandler, IoRegistration {
        private final List<IoOps> asked = new ArrayList<>();

        @Override
        public IoRegistration register(IoHandle handle) {
            return this;
        }

        @Override
        public long submit(IoOps ops) {
            asked.add(ops);
            return 0;
        }

        @Override
        public int run(IoHandlerContext context) {
            return 0;
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return true;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals")
        public <T> T attachment() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isValid() {
            return true;
        }

        @Override
        public boolean cancel() {
            return true;
        }
    }

    private static final IoHandle NOBODY = new IoHandle() {
        @Override
        public void handle(IoRegistration registration, IoEvent event) {}

        @Override
        public void close() {}
    };

    @Test
    void a_descriptor_that_waits_for_nothing_stays_and_a_FIN_is_no_event_of_its_own() throws Exception {
        Recording epoll = new Recording();
        IoRegistration registration = new HalfClosedEpoll(epoll).register(NOBODY);
        registration.submit(EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLIN));
        registration.submit(EpollIoOps.EPOLLRDHUP);
        registration.submit(EpollIoOps.NONE);
        registration.submit(EpollIoOps.EPOLLOUT);
        assertThat(epoll.asked)
                .containsExactly(EpollIoOps.EPOLLIN, EpollIoOps.EPOLLET, EpollIoOps.EPOLLET, EpollIoOps.EPOLLOUT);
    }
}
