package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/** A response's body that ends with the connection. */
final class UntilCloseBody implements BodyReader {

    @Override
    public BodyStep next(ByteBuf in) {
        return in.isReadable() ? new BodyStep.Data(in.readableBytes()) : new BodyStep.NeedMore();
    }

    @Override
    public BodyStep end(ByteBuf in) {
        return new BodyStep.NeedMore();
    }

    @Override
    public boolean endsWithConnection() {
        return true;
    }
}
