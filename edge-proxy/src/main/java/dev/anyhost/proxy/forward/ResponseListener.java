package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.ResponseHead;

/** Who wants a response from an origin; called on its event loop. */
interface ResponseListener extends BodyListener {

    /** Which switch of protocols it asks for: that decides which connections will do. */
    Upgrades.Kind upgrade();

    /** The stream is ready for a request, perhaps before {@link OriginPool#acquire} returns. */
    void acquired(OriginStream stream);

    /** There is no connection. */
    void refused(RequestError error);

    void interim(ResponseHead head);

    void response(ResponseHead head);
}
