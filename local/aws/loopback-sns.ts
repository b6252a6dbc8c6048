import { randomUUID } from 'node:crypto';
import { AwsError } from './loopback-service';
import type { Input } from './loopback-service';
import { QueryService } from './query-server';

/** A message as subscribers get it. */
export interface PublishedMessage {
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
}

const MOST_SUBJECT_CHARACTERS = 99;
const MOST_MESSAGE_BYTES = 262_144;

/**
 * The part of SNS that publishes messages, with the limits of the service.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export class LoopbackSns extends QueryService {
  /** The published messages, in order. */
  readonly messages: PublishedMessage[] = [];
  private readonly topics = new Set<string>();
  private readonly denied = new Set<string>();

  constructor() {
    super({
      signingName: 'sns',
      version: '2010-03-31',
      namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
      dialect: 'query',
    });
  }

  /** Creates a topic. The caller may publish to it unless `denied`. */
  createTopic(topicArn: string, { denied = false }: { readonly denied?: boolean } = {}): void {
    this.topics.add(topicArn);
    if (denied) this.denied.add(topicArn);
  }

  protected override serve(operation: string, input: Input): object {
    if (operation !== 'Publish') {
      throw new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`);
    }
    const { TopicArn: topicArn, Subject: subject, Message: message } = input;
    if (
      typeof topicArn !== 'string' ||
      !/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}(\.fifo)?$/.test(topicArn)
    ) {
      throw invalid('TopicArn');
    }
    if (this.denied.has(topicArn)) {
      throw new AwsError(
        'AuthorizationError',
        `User: loopback is not authorized to perform: SNS:Publish on resource: ${topicArn} ` +
          'because no identity-based policy allows the SNS:Publish action',
        403,
      );
    }
    if (!this.topics.has(topicArn)) throw new AwsError('NotFound', 'Topic does not exist', 404);
    if (topicArn.endsWith('.fifo') && !input.MessageGroupId) {
      throw invalid('The MessageGroupId parameter is required for FIFO topics');
    }
    if (typeof message !== 'string' || message === '') throw invalid('Empty message');
    if (Buffer.byteLength(message) > MOST_MESSAGE_BYTES) throw invalid('Message too long');
    // AWS's older and newer documentation disagree; this is the stricter rule.
    if (subject !== undefined && !isSubject(subject)) throw invalid('Subject');
    this.messages.push({ topicArn, message, ...(typeof subject === 'string' ? { subject } : {}) });
    return { MessageId: randomUUID() };
  }
}

function isSubject(subject: unknown): subject is string {
  return (
    typeof subject === 'string' &&
    subject.length <= MOST_SUBJECT_CHARACTERS &&
    // ASCII without control characters, which begins with a letter, a digit or a punctuation mark.
    /^[!-~][ -~]*$/.test(subject)
  );
}

function invalid(what: string): AwsError {
  return new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
}
