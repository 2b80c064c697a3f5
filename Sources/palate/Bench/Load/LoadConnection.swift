import NIOCore

/// One HTTP connection that sends a request, waits for its answer, and sends the next.
///
/// It reads no more of an answer than its status and its length, so that the load costs little beside what it measures.
/// Everything happens on the channel's event loop.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let plan: LoadPlan
    private let number: Int
    private let finished: EventLoopPromise<LoadSample>
    private var sample = LoadSample()
    private var turn = 0
    private var due = NIODeadline.distantFuture
    private var received = ByteBuffer()
    private var isWaiting = false

    init(plan: LoadPlan, number: Int, finished: EventLoopPromise<LoadSample>) {
        self.plan = plan
        self.number = number
        self.finished = finished
    }

    func channelActive(context: ChannelHandlerContext) { next(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        guard isWaiting else { return fail(LoadFailure("The server sent bytes that nobody asked for."), context) }
        do {
            guard let answer = try HTTPAnswer(received) else { return }
            received.clear()
            isWaiting = false
            let now = NIODeadline.now()
            if due >= plan.begin, due < plan.end {
                sample.add(status: answer.status, nanoseconds: (now - due).nanoseconds)
            }
            next(context)
        } catch {
            fail(error, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finished.fail(LoadFailure("The server closed a connection."))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    /// Sends the next request now, or when it is due.
    private func next(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        guard now < plan.end else {
            finished.succeed(sample)
            context.close(promise: nil)
            return
        }
        due = plan.due(turn: turn, connection: number) ?? now
        guard due > now else { return send(context) }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: due) {
            let (connection, context) = loopBound.value
            connection.send(context)
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        isWaiting = true
        let request = plan.requests[(turn &* plan.connections &+ number) % plan.requests.count]
        turn += 1
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        finished.fail(error)
        context.close(promise: nil)
    }
}

/// What the load needs to know of an answer with a `Content-Length`.
struct HTTPAnswer {
    let status: Int

    /// Nil while the answer is not complete.
    ///
    /// - Throws: ``LoadFailure`` for an answer without a length, or with more than one answer's bytes.
    init?(_ bytes: ByteBuffer) throws {
        let parsed = try bytes.withUnsafeReadableBytes { bytes -> Int? in
            guard let end = Self.headEnd(bytes) else { return nil }
            guard let length = Self.contentLength(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
                throw LoadFailure("An answer has no Content-Length.")
            }
            guard bytes.count >= end + length else { return nil }
            guard bytes.count == end + length else { throw LoadFailure("An answer is longer than it says.") }
            // "HTTP/1.1 200"
            return bytes.count >= 12 ? bytes[9..<12].reduce(0) { $0 * 10 + Int($1 &- 0x30) } : 0
        }
        guard let parsed else { return nil }
        status = parsed
    }

    private static func headEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 3
        while index < bytes.count {
            switch bytes[index] {
            case 0x0A:
                if bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A, bytes[index - 3] == 0x0D { return index + 1 }
                index += 1
            case 0x0D: index += 1
            default: index += 2
            }
        }
        return nil
    }

    private static let name = Array("\ncontent-length:".utf8)

    private static func contentLength(_ head: UnsafeRawBufferPointer) -> Int? {
        var start = 0
        while start + name.count < head.count {
            if head[start] == 0x0A, name.indices.allSatisfy({ head[start + $0] | 0x20 == name[$0] | 0x20 }) {
                let digits = head[(start + name.count)...].drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) }
                guard !digits.isEmpty, digits.count < 10 else { return nil }
                return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            }
            start += 1
        }
        return nil
    }
}
