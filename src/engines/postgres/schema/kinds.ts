import { accessMethod } from './access-method.ts';
import { aggregate } from './aggregate.ts';
import { baseType } from './base-type.ts';
import { cast } from './cast.ts';
import { collation } from './collation.ts';
import { column } from './column.ts';
import { compositeType } from './composite.ts';
import { constraint } from './constraint.ts';
import { conversion } from './conversion.ts';
import { defaultPrivileges } from './default-privileges.ts';
import { domain } from './domain.ts';
import { enumType } from './enum.ts';
import { eventTrigger } from './event-trigger.ts';
import { extendedStatistics } from './extended-statistics.ts';
import { extension } from './extension.ts';
import { foreignDataWrapper } from './foreign-data-wrapper.ts';
import { foreignServer } from './foreign-server.ts';
import { foreignTable } from './foreign-table.ts';
import { routine } from './function.ts';
import { index } from './indexes.ts';
import { indexSettings } from './index-settings.ts';
import { internalTriggers } from './internal-triggers.ts';
import type { Kind } from './kind.ts';
import { language } from './language.ts';
import { materializedView } from './materialized-view.ts';
import { namespace } from './namespace.ts';
import { operatorClass } from './operator-class.ts';
import { operatorFamily } from './operator-family.ts';
import { operator } from './operator.ts';
import { policy } from './policy.ts';
import { publication } from './publication.ts';
import { rangeType } from './range.ts';
import { rule } from './rule.ts';
import { sequence } from './sequence.ts';
import { subscription } from './subscription.ts';
import { table } from './table.ts';
import { textSearchConfiguration } from './text-search-configuration.ts';
import { textSearchDictionary } from './text-search-dictionary.ts';
import { textSearchParser } from './text-search-parser.ts';
import { textSearchTemplate } from './text-search-template.ts';
import { transform } from './transform.ts';
import { trigger } from './trigger.ts';
import { userMapping } from './user-mapping.ts';
import { view } from './view.ts';

/** Every kind of object, in the order in which they are made where no dependency says otherwise. */
export const kinds: readonly Kind[] = [
  namespace,
  extension,
  collation,
  enumType,
  baseType,
  domain,
  compositeType,
  rangeType,
  language,
  routine,
  aggregate,
  operator,
  operatorFamily,
  operatorClass,
  cast,
  transform,
  accessMethod,
  conversion,
  textSearchParser,
  textSearchTemplate,
  textSearchDictionary,
  textSearchConfiguration,
  foreignDataWrapper,
  foreignServer,
  userMapping,
  sequence,
  table,
  foreignTable,
  column,
  constraint,
  index,
  indexSettings,
  extendedStatistics,
  view,
  materializedView,
  rule,
  trigger,
  internalTriggers,
  policy,
  publication,
  subscription,
  eventTrigger,
  defaultPrivileges,
];
