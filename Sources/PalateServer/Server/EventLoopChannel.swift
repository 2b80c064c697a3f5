import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 whose connections are handled on their own event loops, some requests before they reach the server.
///
/// A task runs on Swift's shared pool unless it prefers an executor. There, each request wakes a thread of the pool when it
/// has been read and the event loop's when it is to be answered, which takes longer than most answers do.
struct EventLoopChannel: ServerChildChannel {
    let http: HTTP1Channel
    let direct: DirectResponder

    func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let answers = try pipeline.handler(type: AnswerCounter.self)
            try pipeline.addHandler(DirectAnswerHandler(responder: direct, answers: answers), position: .first)
            return value
        }
    }

    func handle(value: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(eventLoop: value.channel.eventLoop)) {
            await http.handle(value: value, logger: logger)
        }
    }
}

extension HTTPServerBuilder {
    static func onEventLoops(
        _ configuration: HTTP1Channel.Configuration, direct: DirectResponder
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            EventLoopChannel(
                http: HTTP1Channel(responder: responder, configuration: configuration), direct: direct)
        }
    }
}

/// Runs the tasks that prefer it on one event loop.
private final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
