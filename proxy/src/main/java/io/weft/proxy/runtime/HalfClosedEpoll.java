package io.weft.proxy.runtime;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll for connections of which one direction has ended, put right in two points.
 *
 * <p>Netty 4.2.18 takes a descriptor out of epoll when it waits for nothing, as it does once the peer has sent its FIN
 * and all was read, and then fails to put it back: the next full socket buffer breaks the connection. Here such a
 * descriptor stays, edge-triggered and with no event asked for, so that it wakes the loop at most once.
 *
 * <p>When a FIN comes, Netty reads all that stands before it, also from a channel that is not to be read from: as much
 * as the kernel holds, tens of megabytes. Here a FIN is no event of its own; it is found by reading, when its turn comes.
 */
final class HalfClosedEpoll implements IoHandler {

    private final IoHandler epoll;

    HalfClosedEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new HalfClosedEpoll(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(epoll.register(handle));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    private record Registration(IoRegistration registration) implements IoRegistration {
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            EpollIoOps asked = ((EpollIoOps) ops).without(EpollIoOps.EPOLLRDHUP);
            return registration.submit(asked.equals(EpollIoOps.NONE) ? EpollIoOps.EPOLLET : asked);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
