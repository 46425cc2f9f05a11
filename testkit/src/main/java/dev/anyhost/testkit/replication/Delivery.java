package dev.anyhost.testkit.replication;

import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One item, or its deletion, on its way from the region where it was written to another. */
public final class Delivery implements Runnable {

    private final GlobalTable table;
    private final Change change;
    private final String to;

    Delivery(GlobalTable table, Change change, String to) {
        this.table = table;
        this.change = change;
        this.to = to;
    }

    public String from() {
        return change.from();
    }

    public String to() {
        return to;
    }

    /** The value of the item's key. */
    public AttributeValue key() {
        return change.key();
    }

    /** When it was written: a later write, in whichever region, has a greater stamp. */
    public long stamp() {
        return change.stamp();
    }

    Change change() {
        return change;
    }

    /**
     * Arrives, and has an effect unless the region has a later write of the item. While the two regions are cut off from
     * each other it stays pending instead, and is handed out again when they are joined. Does nothing when it arrived
     * before.
     */
    @Override
    public void run() {
        table.deliver(this);
    }

    @Override
    public String toString() {
        return change + " to " + to;
    }
}
