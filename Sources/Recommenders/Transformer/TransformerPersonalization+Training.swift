import Datasets
import Foundation
import LinearAlgebra

extension TransformerPersonalization {
    /// Trains the transformer without some of the newest events, keeps the epoch that finds most of them, and chooses by
    /// them how much the closed form counts.
    ///
    /// Time is about 6 · (10 layers · d² + items · d + layers · length · d) operations for each event and epoch, with at
    /// most 4,096 items, or 1,024 and those of a shard; memory is announced before it is taken.
    ///
    /// - Throws: ``TrainingError``, `CancellationError`.
    init(
        training histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary,
        hyperparameters: Hyperparameters, options: TrainingOptions
    ) throws {
        let closedFormParameters = try UserPersonalization.Hyperparameters(hyperparameters.closedForm)
        let items = ContentBased.catalogue(items, options.metadata.items)
        guard HeldOutTargets.mayBeEnough(histories) else {
            self = try Self.withoutTransformer(
                histories, items: items, eventTypes: eventTypes, parameters: closedFormParameters, options: options)
            return
        }
        let closedFormOptions = try options.holding(
            TransformerData.memory(histories, itemCount: items.count, hyperparameters))
        let heldOut = HeldOutTargets(of: histories, seed: options.seed)
        let data = TransformerData(
            heldOut, items: items, hyperparameters: hyperparameters,
            weights: options.eventWeights.numbered(by: eventTypes))
        guard heldOut.canChoose, data.canTrain else {
            self = try Self.withoutTransformer(
                histories, items: items, eventTypes: eventTypes, parameters: closedFormParameters,
                options: closedFormOptions)
            return
        }
        let partial = try UserPersonalization(
            training: heldOut.histories, items: items, eventTypes: eventTypes, hyperparameters: closedFormParameters,
            options: closedFormOptions.within(0.01...0.15, prefix: "closed form: "))
        let trained = try data.train(options: options.within(0.15...0.85))
        var learned = trained.learned

        try options.advance(to: 0.86, "choosing how much the closed form counts", measurements: learned)
        let chosen = data.chooseBlend(
            heldOut, transformer: trained.scoring, closedForm: partial, threads: options.threads)
        learned["transformer_share"] = Double(chosen.blend.share)
        learned["blend_validation_ndcg_at_10"] = chosen.gain
        learned["closed_form_validation_ndcg_at_10"] = chosen.closedFormGain
        try options.advance(to: 0.88, "training the closed form on everybody", measurements: learned)
        if chosen.blend.share < 0.5 {
            closedForm = try UserPersonalization(
                training: histories, items: items, eventTypes: eventTypes, hyperparameters: closedFormParameters,
                options: closedFormOptions.within(0.88...0.99, prefix: "closed form: "))
        } else {
            // Fitted weights hardly change by the few events that were held out; counts and neighbours are made anew.
            closedForm = try partial.updated(
                with: histories, items: items, eventTypes: eventTypes, hyperparameters: hyperparameters.closedForm,
                options: closedFormOptions.within(0.88...0.99))
        }
        transformer = chosen.blend.share > 0 ? trained.scoring : nil
        selection = data.selection
        blend = chosen.blend
        self.learned = closedForm.learned.merging(learned) { $1 }
    }

    private static func withoutTransformer(
        _ histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary,
        parameters: UserPersonalization.Hyperparameters, options: TrainingOptions
    ) throws -> TransformerPersonalization {
        let closedForm = try UserPersonalization(
            training: histories, items: items, eventTypes: eventTypes, hyperparameters: parameters, options: options)
        return TransformerPersonalization(
            closedForm: closedForm, transformer: nil, selection: ItemSelection(items: [], itemCount: items.count),
            blend: TransformerBlend(share: 0), learned: closedForm.learned.merging(["transformer_share": 0]) { $1 })
    }
}

/// What a transformer is trained on and tried with.
private struct TransformerData {
    let selection: ItemSelection
    let sequences: TransformerSequences
    let cases: TransformerCases
    let shape: TransformerShape
    let settings: TransformerTrainer.Settings

    /// Positions that a training with default hyperparameters goes over.
    private static let positionBudget = 20_000_000
    private static let mostEpochs = 30
    /// Epochs without a better validation after which training stops.
    private static let patience = 5
    /// With fewer users an item is left to the closed form.
    private static let minimumUsers: Float = 2

    init(
        _ heldOut: HeldOutTargets, items: Vocabulary,
        hyperparameters: TransformerPersonalization.Hyperparameters, weights: NumberedEventWeights
    ) {
        let users = 0..<heldOut.histories.count
        let counts = ItemSequences(heldOut.histories, users: Array(users), itemCount: items.count).userCounts()
        let selection = ItemSelection(
            userCounts: counts, limit: hyperparameters.transformerItems, minimumUsers: Self.minimumUsers)
        self.selection = selection
        sequences = TransformerSequences(heldOut.histories, users: users, selection: selection, weights: weights)
        cases = TransformerCases(
            cases: heldOut.cases.compactMap { held in
                let history = selection.sequence(of: heldOut.histories[held.user].items)
                let targets = Set(held.targets.compactMap { selection.position(of: $0) })
                return history.isEmpty || targets.isEmpty ? nil : .init(history: history, targets: targets)
            })
        shape = Self.shape(itemCount: selection.items.count, hyperparameters)
        settings = Self.settings(readable: sequences.readable, hyperparameters)
    }

    var canTrain: Bool { !cases.cases.isEmpty && sequences.readable > 0 }

    /// Bytes of a training beside that of the closed form, at most: the events without those held out, their sequences, what the
    /// trainer takes, and the parameters of the best epoch.
    static func memory(
        _ histories: UserHistories, itemCount: Int, _ hyperparameters: TransformerPersonalization.Hyperparameters
    ) -> Int {
        let settings = settings(readable: histories.eventCount, hyperparameters)
        // Somewhat fewer items, of which none has to be sampled, can take more.
        let trainer = [hyperparameters.transformerItems, settings.fullSoftmaxItems].map { limit in
            let shape = shape(itemCount: min(itemCount, limit, hyperparameters.transformerItems), hyperparameters)
            return TransformerTrainer.bytes(of: shape, settings: settings) + 4 * TransformerLayout(shape).count
        }
        return (trainer.max() ?? 0) + 100 * histories.eventCount + 32 * itemCount
    }

    private static func shape(
        itemCount: Int, _ hyperparameters: TransformerPersonalization.Hyperparameters
    ) -> TransformerShape {
        TransformerShape(
            itemCount: itemCount, dimension: hyperparameters.hiddenDimension, layers: hyperparameters.layers,
            length: hyperparameters.sequenceLength)
    }

    private static func settings(
        readable: Int, _ hyperparameters: TransformerPersonalization.Hyperparameters
    ) -> TransformerTrainer.Settings {
        let automatic = min(max(positionBudget / max(readable, 1), 2), mostEpochs)
        // Small data get small batches, so that an epoch has dozens of steps.
        let batchRows = min(max(readable / 60, 512), 8_192) / 8 * 8
        var settings = TransformerTrainer.Settings(
            epochs: hyperparameters.epochs > 0 ? hyperparameters.epochs : automatic,
            learningRate: Float(hyperparameters.learningRate), dropout: Float(hyperparameters.dropout),
            batchRows: batchRows)
        settings.learnsDistances = hyperparameters.appliesRecencyBias
        return settings
    }

    /// The epoch that does best on the held-out events.
    func train(options: TrainingOptions) throws -> (scoring: TransformerScoring, learned: [String: Double]) {
        let trainer = TransformerTrainer(
            sequences, shape: shape, settings: settings, seed: options.seed, threads: options.threads)
        var best = trainer.parameters
        var (bestGain, bestEpoch) = (-1.0, 0)
        var measurements: [String: Double] = [:]
        for epoch in 1...settings.epochs {
            let loss = try trainer.trainEpoch { done in
                let fraction = (Double(epoch - 1) + done) / Double(settings.epochs)
                try options.advance(to: fraction, "training: epoch \(epoch) of \(settings.epochs)")
            }
            guard loss.isFinite else {
                throw TrainingError.numerical("the loss is not finite; a smaller learning_rate may help")
            }
            let gain = cases.gain(of: trainer, threads: options.threads)
            measurements = ["epoch": Double(epoch), "training_loss": loss, "validation_ndcg_at_10": gain]
            try options.advance(
                to: Double(epoch) / Double(settings.epochs), "training: epoch \(epoch) of \(settings.epochs)",
                measurements: measurements)
            if gain > bestGain { (best, bestGain, bestEpoch) = (trainer.parameters, gain, epoch) }
            if epoch - bestEpoch >= Self.patience { break }
        }
        return (
            TransformerScoring(layout: trainer.layout, parameters: best),
            [
                "epochs": measurements["epoch"] ?? 0, "best_epoch": Double(bestEpoch),
                "training_loss": measurements["training_loss"] ?? 0, "validation_ndcg_at_10": bestGain,
                "validation_users": Double(cases.cases.count),
                "transformer_items": Double(selection.items.count),
            ]
        )
    }

    /// The share of the transformer that finds most of the held-out events, and what is found with it and without.
    func chooseBlend(
        _ heldOut: HeldOutTargets, transformer: TransformerScoring, closedForm: UserPersonalization, threads: Int
    ) -> (blend: TransformerBlend, gain: Double, closedFormGain: Double) {
        let selection = selection
        let gains = Parallel.map(heldOut.cases.count, threads: threads) { index -> [Double] in
            let held = heldOut.cases[index]
            let history = heldOut.histories[held.user]
            let recent = RecentItems(history, itemCount: closedForm.items.count)
            let relevance = closedForm.next.relevance(of: recent)
            let places = TransformerBlend.places(of: relevance)
            let logits = transformer.logits(after: selection.sequence(of: history.items))
            return TransformerBlend.shares.map { share in
                let scores =
                    share == 0
                    ? relevance
                    : TransformerBlend(share: share).relevance(
                        closedForm: relevance, places: places, logits: logits, selection: selection)
                return StandardGain.atTen(scores, targets: held.targets)
            }
        }
        let byShare = TransformerBlend.shares.indices.map { share in gains.map { $0[share] } }
        let blend = TransformerBlend(choosingFrom: byShare)
        func mean(_ share: Float) -> Double {
            let values = byShare[TransformerBlend.shares.firstIndex(of: share) ?? 0]
            return values.reduce(0, +) / Double(max(values.count, 1))
        }
        return (blend, mean(blend.share), mean(0))
    }
}
