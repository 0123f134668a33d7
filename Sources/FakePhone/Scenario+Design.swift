extension Scenario {
    /// The story as it is played in a design: what the file leaves to the design is filled in, so that
    /// each sentence says what is done.
    package func played(in adapter: Adapter) -> Scenario {
        var played = self
        played.steps = steps.map { $0.played(in: adapter) }
        return played
    }
}

extension Scenario.Step {
    fileprivate func played(in adapter: Adapter) -> Scenario.Step {
        var step = self
        if !steps.isEmpty {
            step.steps = steps.map { $0.played(in: adapter) }
            step.sentence = Self.together(step.steps)
            return step
        }
        for option in verb.options where arguments.values[option.name] == nil {
            switch option.name {
            case "by":
                step.arguments.values["by"] = (adapter.watching?.usual.rawValue).map { .text($0) }
            case "after_ms":
                step.arguments.values["after_ms"] = .int(adapter.readingTime.milliseconds)
            default:
                break
            }
        }
        step.sentence = verb.sentence(who, step.arguments)
        return step
    }

    /// The sentence of several steps at the same time.
    static func together(_ steps: [Scenario.Step]) -> String {
        "at the same time: " + steps.map(\.sentence).joined(separator: "; ")
    }
}
