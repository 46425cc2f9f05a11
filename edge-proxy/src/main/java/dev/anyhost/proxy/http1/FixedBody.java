package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/** A body of known length. */
final class FixedBody implements BodyReader {

    private long left;

    FixedBody(long length) {
        this.left = length;
    }

    @Override
    public BodyStep end(ByteBuf in) {
        return left == 0 ? new BodyStep.End(Fields.none()) : new BodyStep.NeedMore();
    }

    @Override
    public BodyStep next(ByteBuf in) {
        if (left == 0 || !in.isReadable()) {
            return end(in);
        }
        int length = (int) Math.min(left, in.readableBytes());
        left -= length;
        return new BodyStep.Data(length);
    }
}
