import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers requests that need nothing but memory on the event loop that read them; all others go on to the server.
///
/// To be placed between the HTTP codec and the server's own handlers. A request waits here until it is whole. Answers keep
/// the order of requests: while one that went on has no answer yet, all that follow go on as well.
final class DirectAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Larger requests go on.
    private static let longestBody = 16 << 10

    private let responder: DirectResponder
    private var waiting: (head: HTTPRequest, body: ByteBuffer)?
    /// Requests that went on and whose answers have not ended.
    private var unanswered = 0

    init(responder: DirectResponder) { self.responder = responder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if unanswered == 0, responder.takes(head) {
                waiting = (head, ByteBuffer())
            } else {
                unanswered += 1
                context.fireChannelRead(data)
            }
        case .body(var part):
            guard waiting != nil else { return context.fireChannelRead(data) }
            waiting?.body.writeBuffer(&part)
            if waiting?.body.readableBytes ?? 0 > Self.longestBody { letGoOn(context) }
        case .end(let trailers):
            guard let request = waiting else { return context.fireChannelRead(data) }
            if trailers == nil, let answer = responder.answer(to: request.head, request.body) {
                waiting = nil
                context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
                context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            } else {
                letGoOn(context)
                context.fireChannelRead(data)
            }
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered = max(unanswered - 1, 0) }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server says what it says to a request that ends too early.
        letGoOn(context)
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        letGoOn(context)
        context.fireErrorCaught(error)
    }

    private func letGoOn(_ context: ChannelHandlerContext) {
        guard let request = waiting else { return }
        waiting = nil
        unanswered += 1
        context.fireChannelRead(wrapInboundOut(.head(request.head)))
        if request.body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(request.body))) }
    }
}
