import Datasets
import Foundation
import Recipes
import Recommenders
import Serving

/// An explanation as text or as JSON.
struct ExplanationReport {
    let model: TrainedModel
    let user: String
    let isKnownUser: Bool
    let explanation: Explanation
    let titles: ItemTitles
    /// Entries of each list.
    let shown: Int
    let filters: [FilterEffect]
    /// Nil for recipes that do not explore.
    let exploration: ExplorationEffect?
    let settings: ItemExploration
    let places: Int

    /// What is written as 0.
    private static let leastShown = 5e-5

    private var item: String { model.items[explanation.item] }

    private var isFiltered: Bool { filters.contains { !$0.keepsItem } }

    private func name(_ item: String) -> String { titles[item].map { "\(item) (\($0))" } ?? item }

    var text: String {
        var lines = ["\(name(item)) for user \(user), \(model.manifest.recipe)", ""]
        lines.append(standing)
        if !isKnownUser {
            lines.append("The user is not in the model: the list is what is popular.")
        } else if model.algorithm.subject == .everybody {
            lines.append("The list is the same for everybody and rests on no one's history.")
        } else {
            lines += history
        }
        if !explanation.features.isEmpty {
            lines += ["", "Features of the item that it shares with the user's taste:"]
            lines += explanation.features.prefix(shown).map { signed($0.value) + "  " + $0.name }
        }
        if let users = explanation.likeMindedUsers {
            lines += ["", "\(users) of the most like-minded users met the item."]
        }
        if !filters.isEmpty {
            lines += ["", isFiltered ? "Filters remove the item:" : "Filters keep the item:"]
            lines += filters.map {
                "  \($0.keepsItem ? "kept   " : "removed") by \($0.expression)  (\($0.keptItems) items pass)"
            }
        }
        if let exploration { lines += ["", self.exploration(exploration)] }
        return lines.joined(separator: "\n")
    }

    private var standing: String {
        guard let rank = explanation.rank else { return "The model never recommends this item here." }
        let met = explanation.isInHistory ? "; the user met the item before" : ""
        return "Rank \(rank) of \(model.items.count), score \(String(format: "%.5g", explanation.score))\(met)."
    }

    private var history: [String] {
        let isExact = explanation.method == .exact
        var lines = [
            "",
            isExact
                ? "What the items of the history add to the score (exact):"
                : "What the items of the history add, found by leaving each out (1 is the way from the middle of the",
        ]
        if !isExact { lines.append("catalogue to the top of the list), and the rank without it:") }
        // The greatest come first, so these are the first.
        let listed = explanation.contributions.prefix(shown).filter { abs($0.value) >= Self.leastShown }
        for contribution in listed {
            let rank = contribution.rankWithout.map { "  rank \($0)" } ?? ""
            lines.append(
                signed(contribution.value) + "  " + name(model.items[contribution.item]) + rank)
        }
        let others = explanation.contributions.dropFirst(listed.count)
        if !others.isEmpty {
            lines.append(signed(others.reduce(0) { $0 + $1.value }) + "  the \(others.count) others")
        }
        lines.append(
            signed(explanation.baseline) + (isExact ? "  without any history" : "  without any history: popularity"))
        if abs(explanation.remainder) >= Self.leastShown {
            let untried = explanation.untried > 0 ? ", and \(explanation.untried) older items" : ""
            lines.append(signed(explanation.remainder) + "  what they do only together\(untried)")
        }
        lines.append(signed(explanation.explained) + (isExact ? "  the score" : "  where the item stands"))
        return lines
    }

    private func exploration(_ effect: ExplorationEffect) -> String {
        let age = String(format: "%.1f", max(effect.ageDays, 0))
        let cutOff = short(settings.itemAgeCutOffDays)
        let chance = String(format: "%.1f%%", effect.chance * 100)
        guard settings.weight > 0 else { return "Exploration: explorationWeight is 0, nothing is explored." }
        guard effect.isExplored else {
            return
                "Exploration: the item is \(age) days old, older than the cut-off of \(cutOff); it is ranked by relevance "
                + "alone.\nYoung items may stand before it: it is in \(chance) of lists of \(places)."
        }
        var text =
            "Exploration: the item is \(age) days old, within the cut-off of \(cutOff), and has "
            + "\(short(Double(effect.events))) events. With explorationWeight \(short(settings.weight)) it is in "
            + "\(chance) of lists of \(places)"
        if let ranks = effect.ranks {
            text +=
                ", at rank \(ranks.median) in the middle and from \(ranks.lowTenth) to \(ranks.highTenth) in four of five"
        }
        return text + "."
    }

    private func short(_ value: Double) -> String { String(format: "%.4g", value) }

    private func signed(_ value: Double) -> String {
        let text = String(format: "%+.4f", value)
        return String(repeating: " ", count: max(0, 11 - text.count)) + text
    }
}

extension ExplanationReport: Encodable {
    private struct Part: Encodable {
        let itemId: String
        let title: String?
        let contribution: Double
        let rankWithout: Int?
    }

    private struct Named: Encodable {
        let feature: String
        let contribution: Double
    }

    private struct Explored: Encodable {
        let explorationWeight: Double
        let explorationItemAgeCutOff: Double
        let ageDays: Double
        let events: Float
        let isExplored: Bool
        let listLength: Int
        let chance: Double
        let medianRank: Int?
        let lowTenthRank: Int?
        let highTenthRank: Int?
    }

    private enum CodingKeys: String, CodingKey {
        case recipe, user, isKnownUser, item, title, items, rank, score, isInHistory, method, explained, baseline,
            history
        case historyItems, untriedItems, remainder, features, likeMindedUsers, filters, isFiltered, exploration
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model.manifest.recipe, forKey: .recipe)
        try container.encode(user, forKey: .user)
        try container.encode(isKnownUser, forKey: .isKnownUser)
        try container.encode(item, forKey: .item)
        try container.encodeIfPresent(titles[item], forKey: .title)
        try container.encode(model.items.count, forKey: .items)
        try container.encodeIfPresent(explanation.rank, forKey: .rank)
        // JSON has no number for what must not be recommended.
        if explanation.score.isFinite { try container.encode(explanation.score, forKey: .score) }
        try container.encode(explanation.isInHistory, forKey: .isInHistory)
        try container.encode(explanation.method, forKey: .method)
        try container.encode(explanation.explained, forKey: .explained)
        try container.encode(explanation.baseline, forKey: .baseline)
        try container.encode(
            explanation.contributions.prefix(shown).map {
                let identifier = model.items[$0.item]
                return Part(
                    itemId: identifier, title: titles[identifier], contribution: $0.value, rankWithout: $0.rankWithout)
            }, forKey: .history)
        try container.encode(explanation.contributions.count, forKey: .historyItems)
        try container.encode(explanation.untried, forKey: .untriedItems)
        // Of what is listed: with the baseline and the list it sums to what is explained.
        let others = explanation.contributions.dropFirst(shown).reduce(0) { $0 + $1.value }
        try container.encode(explanation.remainder + others, forKey: .remainder)
        try container.encode(
            explanation.features.prefix(shown).map { Named(feature: $0.name, contribution: $0.value) },
            forKey: .features)
        try container.encodeIfPresent(explanation.likeMindedUsers, forKey: .likeMindedUsers)
        try container.encode(filters, forKey: .filters)
        try container.encode(isFiltered, forKey: .isFiltered)
        try container.encodeIfPresent(
            exploration.map {
                Explored(
                    explorationWeight: settings.weight, explorationItemAgeCutOff: settings.itemAgeCutOffDays,
                    ageDays: $0.ageDays, events: $0.events, isExplored: $0.isExplored, listLength: places,
                    chance: $0.chance, medianRank: $0.ranks?.median, lowTenthRank: $0.ranks?.lowTenth,
                    highTenthRank: $0.ranks?.highTenth)
            }, forKey: .exploration)
    }
}
