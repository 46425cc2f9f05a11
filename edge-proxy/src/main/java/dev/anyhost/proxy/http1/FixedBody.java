package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/** A body of known length. */
final class FixedBody implements BodyReader {

    private long left;

    FixedBody(long length) {
        this.left = length;
    }

    @Override
    public BodyStep next(ByteBuf in) {
        if (left == 0) {
            return new BodyStep.End(Fields.none());
        }
        if (!in.isReadable()) {
            return new BodyStep.NeedMore();
        }
        int length = (int) Math.min(left, in.readableBytes());
        left -= length;
        return new BodyStep.Data(length);
    }
}
