extension PipelineValidator {
    mutating func validateConcurrency(_ concurrency: ConcurrencySpec?, _ path: FieldPath) {
        guard let concurrency else { return }
        if let max = concurrency.max, max < 1 { add(path["max"], "must be at least 1, not \(max)") }
        if concurrency.group?.isEmpty ?? false { add(path["group"], "must not be empty; leave the field out") }
        let place = ReferenceScope.Place(isFinally: false, isBeforeTasks: true)
        checkText(concurrency.group, path["group"], place)
    }

    mutating func validateNotifications(_ notifications: [NotificationSpec], _ path: FieldPath) {
        if notifications.count > limits.notifications {
            add(path, "holds \(notifications.count) elements; at most \(limits.notifications) are allowed")
        }
        for (index, notification) in notifications.enumerated() {
            let place = path[index]
            if notification.events.isEmpty {
                add(place["events"], "needs at least one of \(NotificationEvent.names.joined(separator: ", "))")
            }
            for (position, event) in notification.events.enumerated()
            where notification.events[..<position].contains(event) {
                add(place["events"][position], "stands twice")
            }
            if let problem = NameRule.objectProblem(notification.webhook.secret) {
                add(place["webhook"]["secret"], problem)
            }
            if notification.webhook.key.isEmpty { add(place["webhook"]["key"], "must not be empty") }
        }
    }
}
