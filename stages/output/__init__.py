"""AudioChunk → the loudspeaker: order, edges, pace, and the device."""
