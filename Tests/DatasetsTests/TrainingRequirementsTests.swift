import Datasets
import Testing

@Suite struct TrainingRequirementsTests {
    private func interactions(users: Int, eventsPerUser: Int) -> Interactions {
        var interactions = Interactions(users: Vocabulary((0..<users).map { "u\($0)" }), items: Vocabulary(["i"]))
        for user in 0..<users {
            for event in 0..<eventsPerUser {
                interactions.userIndices.append(UInt32(user))
                interactions.itemIndices.append(0)
                interactions.timestamps.append(Int64(event))
            }
        }
        return interactions
    }

    @Test func aThousandDistinctInteractionsOf25ReturningUsersAreEnough() {
        #expect(interactions(users: 25, eventsPerUser: 40).trainingRequirements().isEmpty)
    }

    @Test func eachShortfallIsNamed() {
        #expect(interactions(users: 25, eventsPerUser: 39).trainingRequirements().map(\.requirement) == [.interactions])
        #expect(
            interactions(users: 24, eventsPerUser: 50).trainingRequirements().map(\.requirement)
                == [.usersWithSeveralInteractions])
        #expect(
            interactions(users: 1_500, eventsPerUser: 1).trainingRequirements().map(\.requirement)
                == [.usersWithSeveralInteractions, .shareOfUsersWithSeveralInteractions])
    }

    @Test func repeatedInteractionsCountOnce() {
        var interactions = interactions(users: 25, eventsPerUser: 40)
        interactions.timestamps = interactions.timestamps.map { $0 % 39 }
        #expect(interactions.trainingRequirements().map(\.requirement) == [.interactions])
    }

    @Test func limitsCanBeLifted() {
        #expect(interactions(users: 1, eventsPerUser: 1).trainingRequirements(.withoutMinimums).isEmpty)
    }
}
