import type { IncomingMessage } from 'node:http';
import { AwsError, LoopbackService } from './loopback-service';
import type { Input, Protocol, Request } from './loopback-service';

/** What distinguishes one service of these protocols from another. */
export interface QueryApi {
  readonly signingName: string;
  /** The API version, a date that every request contains. */
  readonly version: string;
  readonly namespace: string;
  /** EC2's variant has other XML elements around answers and errors. */
  readonly dialect: 'query' | 'ec2';
}

/**
 * A service that speaks the AWS query protocol or EC2's variant of it. A request is a form, and dots in the
 * names of its fields express lists and structures. The answer is XML.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 * @see https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
export abstract class QueryService extends LoopbackService {
  protected constructor(api: QueryApi) {
    super(new QueryProtocol(api), api.signingName);
  }
}

class QueryProtocol implements Protocol {
  readonly contentType = 'text/xml;charset=UTF-8';
  readonly unsigned: string;
  readonly missigned: string;

  constructor(private readonly api: QueryApi) {
    const ec2 = api.dialect === 'ec2';
    this.unsigned = ec2 ? 'AuthFailure' : 'MissingAuthenticationToken';
    this.missigned = ec2 ? 'AuthFailure' : 'SignatureDoesNotMatch';
  }

  read({ headers, method }: IncomingMessage, body: string): Request {
    if (method !== 'POST' || !headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      throw new AwsError('MalformedQueryString', 'not a form');
    }
    const { Action, Version, ...input } = structure(new URLSearchParams(body));
    if (typeof Action !== 'string' || Version !== this.api.version) {
      throw new AwsError(
        'InvalidAction',
        `The action ${String(Action)} is not valid for ${String(Version)}.`,
      );
    }
    return { operation: Action, input };
  }

  write(operation: string, answer: object, requestId: string): string {
    const { dialect, namespace } = this.api;
    const content =
      dialect === 'ec2'
        ? { requestId, ...answer }
        : { [`${operation}Result`]: answer, ResponseMetadata: { RequestId: requestId } };
    return xml(`${operation}Response`, content, this.item, ` xmlns="${namespace}"`);
  }

  writeError({ code, message, status }: AwsError, requestId: string): string {
    const error = { Code: code, Message: message };
    return this.api.dialect === 'ec2'
      ? xml('Response', { Errors: { Error: error }, RequestID: requestId }, this.item)
      : xml(
          'ErrorResponse',
          { Error: { Type: status < 500 ? 'Sender' : 'Receiver', ...error }, RequestId: requestId },
          this.item,
          ` xmlns="${this.api.namespace}"`,
        );
  }

  private get item(): string {
    return this.api.dialect === 'ec2' ? 'item' : 'member';
  }
}

/** Turns `Filter.1.Value.2=x` into `{ Filter: { 1: { Value: { 2: 'x' } } } }`; see `listOf`. */
function structure(form: URLSearchParams): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    let node = root;
    for (const step of path) node = (node[step] ??= {}) as Record<string, unknown>;
    node[last] = value;
  }
  return root;
}

/** Returns the members of a list, in the order of their numbers. */
export function listOf(value: unknown): unknown[] {
  const numbered = Object.entries((value ?? {}) as Input);
  return numbered.sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => member);
}

/** Renders an XML element. It writes dates as in ISO 8601, and leaves out undefined values. */
function xml(name: string, value: unknown, item: string, attributes = ''): string {
  if (value === undefined) return '';
  return `<${name}${attributes}>${content(value, item)}</${name}>`;
}

function content(value: unknown, item: string): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((member) => xml(item, member, item)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, member]) => xml(name, member, item))
      .join('');
  }
  return String(value).replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
