import NIOCore
import NIOHTTPTypes

/// Answers requests that need nothing but memory from the bytes of a connection, on the event loop that read them; all others
/// go on to the server.
///
/// To be placed before the HTTP codec, with an ``AnswerCounter`` after it. A request waits here until it is whole. Answers keep
/// the order of requests: while one that went on has no answer yet, all that follow go on as well. So they do while a client
/// does not read, because the server, not this handler, knows how to wait. Once bytes came that
/// ``RequestFrame`` does not read, everything goes on for as long as the connection lasts.
final class DirectAnswerHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let responder: DirectResponder
    private let answers: AnswerCounter
    private var received = ByteBuffer()
    private var reads = true
    private var hasWritten = false
    /// Requests that went on.
    private var passed = 0

    /// - Parameter answers: In the same pipeline.
    init(responder: DirectResponder, answers: AnswerCounter) {
        self.responder = responder
        self.answers = answers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard reads else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
        while received.readableBytes > 0 {
            switch RequestFrame.read(received.readableBytesUInt8Span) {
            case .incomplete: return
            case .other: return letGoOn(context)
            case .whole(let frame):
                guard let request = received.readSlice(length: frame.count) else { return letGoOn(context) }
                // The server stops reading from those who do not read.
                if passed == answers.ended, context.channel.isWritable,
                    let answer = responder.answer(to: frame, request)
                {
                    context.write(wrapOutboundOut(answer), promise: nil)
                    hasWritten = true
                } else {
                    passed += 1
                    context.fireChannelRead(wrapInboundOut(request))
                }
            }
        }
        // The channel reads into the same memory again when nobody else has it.
        received = ByteBuffer()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasWritten {
            hasWritten = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server says what it says to a request that ends too early.
        letGoOn(context)
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        letGoOn(context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { letGoOn(context) }

    private func letGoOn(_ context: ChannelHandlerContext) {
        reads = false
        guard received.readableBytes > 0 else { return }
        let rest = received
        received = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(rest))
    }
}

/// Counts the server's answers.
final class AnswerCounter: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private(set) var ended = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { ended += 1 }
        context.write(data, promise: promise)
    }
}
